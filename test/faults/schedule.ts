// What can happen, as data: random, printable, and small when shrunk.
import fc from 'fast-check';
import type { DiskFault } from './disk.ts';
import { FAULTS, type Weather } from './network.ts';
import type { Lost } from './tab.ts';

export const PAGES = ['/confidential/', '/confidential/night-handover/'] as const;

export type Happening =
  | ({ readonly do: 'network' } & Weather)
  | { readonly do: 'open' | 'go'; readonly tab: number; readonly page: (typeof PAGES)[number] }
  | { readonly do: 'hide' | 'show' | 'freeze' | 'away' | 'back' | 'kill tab'; readonly tab: number }
  | { readonly do: 'close'; readonly tab: number; readonly lost: Lost; readonly isHiddenFirst: boolean }
  | {
      readonly do:
        'offline' | 'online' | 'stop worker' | 'kill browser' | 'kill server' | 'start server' | 'replace cookie';
    }
  | { readonly do: 'storage'; readonly fault: DiskFault | 'lost' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'sleep'; readonly ms: number; readonly isMonotonic: boolean; readonly setMs?: number }
  | { readonly do: 'move clock'; readonly ms: number };

export type Step = Happening & {
  /** So many turns of the event loop until the next step; undefined: until all is quiet. */
  readonly turns?: number | undefined;
};

export interface Schedule {
  /** As in Chromium; without it as in Firefox and WebKit. */
  readonly hasSync: boolean;
  /** The last word is the browser's: no page is opened after the network is healed. */
  readonly isSyncAlone: boolean;
  readonly steps: readonly Step[];
}

/** Faults of time: what happens meanwhile makes them worth more tries. */
const TIMELY = ['slow', 'slow', 'late', 'doubled'] as const;

const tab = fc.nat(2);
const page = fc.constantFrom(...PAGES);
const lost = fc.record({ storage: fc.boolean(), message: fc.boolean(), request: fc.boolean() });
const minutes = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most }).map((one) => one * 60_000);
const setting = fc.tuple(minutes(360), fc.boolean()).map(([ms, isBack]) => (isBack ? -ms : ms));
const plain = <Name extends Happening['do']>(name: Name) => fc.record({ do: fc.constant(name) });

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('network'),
      fault: fc.oneof(fc.constantFrom(...FAULTS), fc.constantFrom(...TIMELY)),
      times: fc.constantFrom(1, 2, 3, 1_000),
      ms: fc.integer({ min: 1, max: 19_000 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      ms: fc.oneof(fc.constantFrom(1_000, 5_000, 16_000), fc.integer({ min: 1, max: 25_000 })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open'), tab, page }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('go'), tab, page }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hide'), tab }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('show'), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('freeze', 'away', 'back'), tab }) },
  { weight: 1, arbitrary: plain('offline') },
  { weight: 1, arbitrary: plain('online') },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('close'), tab, lost, isHiddenFirst: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill tab'), tab }) },
  { weight: 4, arbitrary: plain('stop worker') },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('storage'),
      fault: fc.constantFrom('none', 'none', 'lost', 'refused', 'silent'),
    }),
  },
  { weight: 1, arbitrary: plain('kill browser') },
  { weight: 1, arbitrary: plain('kill server') },
  { weight: 1, arbitrary: plain('start server') },
  { weight: 2, arbitrary: plain('replace cookie') },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('sleep'),
      ms: minutes(180),
      isMonotonic: fc.boolean(),
      setMs: fc.oneof(fc.constant(0), setting),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move clock'), ms: setting }) },
);

const step: fc.Arbitrary<Step> = fc
  .tuple(happening, fc.option(fc.nat(30), { nil: undefined, freq: 2 }))
  .map(([what, turns]) => (turns === undefined ? what : { ...what, turns }));

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  hasSync: fc.boolean(),
  isSyncAlone: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 24, size: 'max' }),
});
