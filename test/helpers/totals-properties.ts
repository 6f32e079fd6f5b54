// The totals equal those of the sessions and spans, whatever happened before (totals-life.ts).
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { Distribution } from '../../server/store/totals.ts';
import { COUNTED_TABLES } from './counted-store.ts';
import { NOW } from './store-contract.ts';
import type { WatchedPlace } from './store-place.ts';
import { DAY, play, step, WEEK, ZONES } from './totals-life.ts';
import { readTruth } from './totals-oracle.ts';

/** Counts what differs, as the job does. */
async function settle({ totals: { counting } }: SessionStore): Promise<void> {
  const { ids, next } = await counting.compare(undefined);
  expect(next).toBeUndefined();
  await counting.count(ids);
  expect(await counting.compare(undefined)).toEqual({ ids: [], next: undefined });
}

function expectDistribution({ medianMs, buckets }: Distribution, times: readonly number[]): void {
  const ordered = times.toSorted((one, other) => one - other);
  const exact = ordered[Math.ceil(ordered.length / 2) - 1];
  if (exact === undefined) expect(medianMs).toBeNull();
  else expect(Math.abs((medianMs ?? 0) / exact - 1)).toBeLessThanOrEqual(0.05);
  for (const { startMs, endMs, sessions } of buckets)
    // Whole milliseconds are at borders of buckets by chance only.
    expect(ordered.filter((time) => time >= startMs && time < endMs).length).toBe(sessions);
  expect(buckets.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(ordered.length);
}

/** @param makePlace makes an empty place for a store. */
export function testTotalsProperties(database: string, makePlace: () => Promise<WatchedPlace>, runs: number): void {
  it(
    `the totals in ${database} equal the sums over the sessions, whatever happened before`,
    { timeout: 240_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
          const place = await makePlace();
          const { store, excluded } = await play(place, steps);
          await settle(store);
          const truth = await readTruth(store, excluded);
          const readers = truth.readers();
          const everyone = { sort: 'last' as const, pageSize: 10 };
          const listed = [...(await store.totals.listReaders(everyone)), ...(await store.totals.listOpened(everyone))];
          expect(new Set(listed.map(({ email }) => email))).toEqual(new Set(readers.keys()));
          for (const { id: _, email, medianMs, buckets, ...sums } of listed) {
            const { times, ...expected } = readers.get(email) ?? { times: [] };
            expect(sums).toEqual(expected);
            expectDistribution({ medianMs, buckets }, times);
          }
          const pages = truth.pages();
          const listedPages = await store.totals.listPages(everyone);
          expect(listedPages.map(({ name }) => name.replace(/\/$/, '')).toSorted()).toEqual(
            [...pages.keys()].toSorted(),
          );
          for (const { id: _, name, medianMs, buckets, ...sums } of listedPages) {
            const { times, ...expected } = pages.get(name.replace(/\/$/, '')) ?? { times: [] };
            expect(sums).toEqual(expected);
            expectDistribution({ medianMs, buckets }, times);
          }
          for (const [timeZone, offsetMs] of Object.entries(ZONES))
            for (const { day, startMs, endMs, medianMs, buckets, refused: _, ...sums } of await store.totals.listDays({
              ...WEEK,
              timeZone,
            })) {
              expect([startMs, endMs]).toEqual([Date.parse(day) - offsetMs, Date.parse(day) + DAY - offsetMs]);
              const { times, ...expected } = truth.day(startMs, endMs);
              expect(sums).toEqual(expected);
              expectDistribution({ medianMs, buckets }, times);
            }
          const ids = (await store.listSessions({ pageSize: 10 })).map(({ id }) => id);
          await store.deleteSessions(ids, NOW);
          await store.close();
          for (const table of COUNTED_TABLES) expect(await place.query(`SELECT * FROM ${table}`), table).toEqual([]);
        }),
        { numRuns: runs },
      );
    },
  );
}
