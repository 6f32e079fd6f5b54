// The words of a train graph. Owners and developers see it in English, readers in their language.
import type { EndMark, Look } from './graph-bars.ts';
import type { Gap } from './train-graph.ts';

export interface GraphTexts {
  readonly ends: Readonly<Record<EndMark, string>>;
  readonly looks: Readonly<Record<Look, string>>;
  readonly gaps: Readonly<Record<Gap['name'], string>>;
  readonly morePages: (count: number) => string;
  readonly offline: string;
  readonly arrived: string;
  readonly atOnce: string;
  /** @param length as it is shown. */
  readonly later: (length: string) => string;
  readonly lasting: (name: string, length: string) => string;
  readonly fromTo: (from: string, to: string) => string;
  /** The picture in a few words. */
  readonly graph: (pages: string, from: string, to: string) => string;
  readonly offlineFromTo: (from: string, to: string) => string;
  readonly table: {
    readonly summary: string;
    readonly label: string;
    readonly from: string;
    readonly to: string;
    readonly what: string;
    readonly length: string;
    readonly end: string;
    readonly arrived: string;
    readonly cut: (shown: number, all: number) => string;
  };
}

export const ENGLISH_GRAPH: GraphTexts = {
  ends: {
    open: 'still open',
    goodbye: 'the page said goodbye',
    tick: 'last sign of a page that was cut off, ± 5 s',
    bounded: 'the device’s clock was wrong, so the time is a guess',
  },
  looks: {
    online: 'delivered at once',
    offline: 'read offline, delivered later',
    waiting: 'waits on this device',
    refused: 'refused by the server',
  },
  gaps: { away: 'away', 'no sign': 'no sign' },
  morePages: (count) => `${count} more ${count === 1 ? 'page' : 'pages'}`,
  offline: 'offline',
  arrived: 'arrived',
  atOnce: 'at once',
  later: (length) => `${length} later`,
  lasting: (name, length) => `${name} for ${length}`,
  fromTo: (from, to) => `${from} to ${to}`,
  graph: (pages, from, to) => `Train graph: ${pages}, read between ${from} and ${to}`,
  offlineFromTo: (from, to) => `, offline from ${from} to ${to}`,
  table: {
    summary: 'As a table',
    label: 'The graph as a table',
    from: 'From',
    to: 'To',
    what: 'What',
    length: 'Length',
    end: 'How its end is known',
    arrived: 'Arrived',
    cut: (shown, all) => `These are the first ${shown} of ${all}.`,
  },
};
