// What happens to sessions whose totals are kept: late spans, deletions, exclusions, and processes that are killed or count at the same
// time.
import fc from 'fast-check';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOW } from './store-contract.ts';
import type { WatchedPlace } from './store-place.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const EMAILS = ['ann@example.com', 'bob@example.com', 'eve@example.com'];
/** Whose days begin at another quarter of an hour each. */
export const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  'Asia/Kathmandu': 5.75 * HOUR,
  'America/New_York': -5 * HOUR,
};

export const WEEK = { fromMs: NOW - DAY, toMs: NOW + 5 * DAY };

const session = fc.nat(4);
const reader = fc.constantFrom(...EMAILS);
export const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create' as const), session, reader, hours: fc.nat(40) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      session,
      spans: fc.array(
        fc.record({
          id: fc.constantFrom('a', 'b', 'c', 'd'),
          page: fc.constantFrom('/a/', '/b', '/b/', '/c/'),
          start: fc.oneof(fc.nat(40 * 3_600), fc.constant(0)),
          length: fc.oneof(fc.nat(10), fc.nat(4_000), fc.nat(60_000)),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('beat' as const), session, seconds: fc.nat(10_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exclude' as const), session, isExcluded: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('excludeReader' as const), reader, isExcluded: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), session, isByHand: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('count' as const),
      sessions: fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }),
      /** Killed at this transaction, before or after its commit. */
      killedAt: fc.option(fc.nat(30), { nil: Infinity }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('countTogether' as const),
      sessions: fc.shuffledSubarray([0, 1, 2, 3, 4]),
      deleted: session,
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export interface Played {
  readonly store: SessionStore;
  readonly excluded: ReadonlySet<string>;
}

/** Plays what happens to sessions, one step after the other, in an empty place. */
export async function play({ open: openIn, query }: WatchedPlace, steps: readonly Step[]): Promise<Played> {
  let left = Infinity;
  const open = (): Promise<SessionStore> =>
    openIn(async (run) => {
      if (--left < 0) throw new Error('killed');
      const answers = await run();
      if (--left < 0) throw new Error('killed');
      return answers;
    });
  let [store, other] = [await open(), await open()];
  const excluded = new Set<string>();
  const sessions = new Set<number>();
  /** No id is used again. */
  const deleted = new Map<number, number>();
  const idOf = (nth: number): string => `session-${nth}-${deleted.get(nth) ?? 0}`;
  const forget = (nth: number): void => {
    sessions.delete(nth);
    deleted.set(nth, (deleted.get(nth) ?? 0) + 1);
  };
  for (const [nth, email] of ['ann', 'ann', 'ann', 'bob'].entries()) {
    sessions.add(nth);
    await store.createSession({ id: idOf(nth), email: `${email}@example.com`, startMs: NOW + nth * 7 * SECOND });
  }
  for (const one of steps) {
    // What is kept of the days must not outlive the next change.
    for (const timeZone of Object.keys(ZONES)) await store.totals.listDays({ ...WEEK, timeZone });
    switch (one.kind) {
      case 'create':
        if (sessions.has(one.session)) break;
        sessions.add(one.session);
        await store.createSession({ id: idOf(one.session), email: one.reader, startMs: NOW + one.hours * HOUR });
        break;
      case 'read':
        await store.record(
          one.spans.map(({ id, page, start, length }) => ({
            session: idOf(one.session),
            receivedMs: NOW + 100 * HOUR,
            span: { id, page, startMs: NOW + start * SECOND, endMs: NOW + (start + length) * SECOND, offsetMs: 0 },
          })),
        );
        break;
      case 'beat':
        await store.record([{ session: idOf(one.session), receivedMs: NOW + one.seconds * SECOND }]);
        break;
      case 'exclude':
        await store.totals.setExcluded(idOf(one.session), one.isExcluded);
        break;
      case 'excludeReader':
        await store.totals.setReaderExcluded(one.reader, one.isExcluded);
        if (one.isExcluded) excluded.add(one.reader);
        else excluded.delete(one.reader);
        break;
      case 'delete':
        if (one.isByHand) await query(`DELETE FROM sessions WHERE id = '${idOf(one.session)}'`);
        else await store.deleteSessions([idOf(one.session)], NOW);
        forget(one.session);
        break;
      case 'count':
        left = one.killedAt;
        await store.totals.counting.count(one.sessions.map(idOf)).catch(() => {});
        left = Infinity;
        if (one.killedAt < Infinity) [store] = [await open(), await store.close()];
        break;
      case 'countTogether':
        await Promise.all([
          store.totals.counting.count(one.sessions.map(idOf)),
          other.deleteSessions([idOf(one.deleted)], NOW),
          other.totals.counting.count(one.sessions.map(idOf)),
        ]);
        forget(one.deleted);
    }
  }
  await other.close();
  return { store, excluded };
}
