// What one session adds to the totals.
import { describe, expect, it } from 'vitest';
import {
  contributionOf,
  exclusionOf,
  type Contribution,
  type CountedSession,
} from '../../../../server/store/contribution.ts';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
/** At the beginning of a quarter of an hour, so that minutes are easy to place. */
const START = 1_000_000 * QUARTER;
const SLOT = START / QUARTER;

const PAGES = new Map([['page-a', { readingMs: MINUTE, lastMs: START + MINUTE }]]);

/** Of a session that was read from minute to minute. */
function count(minutes: readonly (readonly [number, number])[], change: Partial<CountedSession> = {}): Contribution {
  const stretches = minutes.map(([from, to]) => ({ startMs: START + from * MINUTE, endMs: START + to * MINUTE }));
  const session: CountedSession = {
    startMs: START,
    endMs: stretches.at(-1)?.endMs ?? null,
    readingMs: stretches.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0),
    endKnownBy: stretches.length > 0 ? 'goodbye' : null,
    isExcluded: false,
    ...change,
  };
  return contributionOf(session, stretches, PAGES);
}

/** `quarter: minutes read, visits` from the session's first quarter on. */
function slots({ slots: all }: Contribution): readonly string[] {
  return [...all].map(([slot, { readingMs, visits }]) => `${slot - SLOT}: ${readingMs / MINUTE}, ${visits}`);
}

describe('a session that was read', () => {
  it('is one, with its reading time, its pages, and when it began and was last seen', () => {
    const counted = count([[1, 4]]);
    expect(counted.session).toEqual({
      countedAs: 'read',
      readingMs: 3 * MINUTE,
      visits: 1,
      lastMs: START + 4 * MINUTE,
      startSlot: SLOT,
    });
    expect(counted.pages).toEqual(PAGES);
  });

  it('is read in the quarters of an hour in which it was read', () => {
    expect(
      slots(
        count([
          [10, 20],
          [29, 32],
          [36, 37],
        ]),
      ),
    ).toEqual(['0: 5, 1', '1: 6, 0', '2: 3, 0']);
  });

  it('begins at the gate, and has another visit after more than half an hour', () => {
    expect(slots(count([[31, 32]]))).toEqual(['0: 0, 1', '2: 1, 1']);
    expect(slots(count([[30, 32]]))).toEqual(['0: 0, 1', '2: 2, 0']);
    const apart = count([
      [0, 5],
      [35, 40],
      [70, 71],
      [200, 210],
    ]);
    expect(slots(apart)).toEqual(['0: 5, 1', '2: 5, 0', '4: 1, 0', '13: 10, 1']);
    expect(apart.session.visits).toBe(2);
    expect(
      count([
        [0, 5],
        [35, 40],
        [70 + 1 / MINUTE, 71],
      ]).session.visits,
    ).toBe(2);
  });

  it('can have several visits that began in one quarter', () => {
    expect(slots(count([[0, 1]], { startMs: START - 31 * MINUTE }))).toEqual(['-3: 0, 1', '0: 1, 1']);
    const counted = count([[0.5, 1]], { startMs: START + 0.25 * MINUTE });
    expect(slots(counted)).toEqual(['0: 0.5, 1']);
  });
});

describe('a session of the original script', () => {
  const beats: Partial<CountedSession> = { endMs: START + 9 * MINUTE, endKnownBy: 'beat' };

  it('was read, for a time that nobody knows', () => {
    const counted = count([], beats);
    expect(counted.session).toMatchObject({
      countedAs: 'read',
      readingMs: null,
      visits: 1,
      lastMs: START + 9 * MINUTE,
    });
    expect(slots(counted)).toEqual(['0: 0, 1']);
  });

  it('that has spans, too, has a reading time', () => {
    expect(count([[0, 1]], { endKnownBy: 'beat' }).session.readingMs).toBe(MINUTE);
  });

  it('was only opened if it was seen for less than 5 seconds', () => {
    const seenFor = (ms: number): string => count([], { endMs: START + ms, endKnownBy: 'beat' }).session.countedAs;
    expect([seenFor(4_999), seenFor(5_000)]).toEqual(['opened', 'read']);
  });
});

describe('a session that was hardly visible', () => {
  it('was opened, and adds nothing else', () => {
    const [less, enough] = [4_999, 5_000].map((ms) => count([[0, ms / MINUTE]]));
    expect(less).toEqual({
      session: { countedAs: 'opened', readingMs: null, visits: 0, lastMs: START + 4_999, startSlot: SLOT },
      pages: new Map(),
      slots: new Map(),
    });
    expect(enough?.session.countedAs).toBe('read');
  });

  it('was opened for all the time that its page was open unseen, too', () => {
    expect(count([[9, 9]]).session).toMatchObject({ countedAs: 'opened', lastMs: START + 9 * MINUTE });
  });

  it('is last seen at the gate if nothing followed', () => {
    expect(count([]).session).toMatchObject({ countedAs: 'opened', lastMs: START });
  });
});

describe('an excluded session', () => {
  it('adds nothing, however long it was read', () => {
    const nothing = {
      session: { countedAs: 'excluded', readingMs: null, visits: 0, lastMs: 0, startSlot: SLOT },
      pages: new Map(),
      slots: new Map(),
    };
    expect(count([[0, 60]], { isExcluded: true })).toEqual(nothing);
    expect(exclusionOf(SLOT)).toEqual(nothing);
  });
});
