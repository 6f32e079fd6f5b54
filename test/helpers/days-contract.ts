// The contract of a store's totals by day (server/store/days.ts).
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, useCountedStore } from './counted-store.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';

const DAY = 24 * HOUR;

/** @param makePlace makes an empty place for a store. */
export function describeDays(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the days of the ${name} store`, () => {
    const counted = useCountedStore(makePlace);
    const { begin, read, count } = counted;

    it('are those of the time zone, however long they are', async () => {
      const days = await counted.store.totals.listDays({
        fromMs: Date.parse('2026-10-24T12:00:00Z'),
        toMs: Date.parse('2026-10-26T12:00:00Z'),
        timeZone: 'Europe/Berlin',
      });
      expect(
        days.map(({ day, startMs, endMs }) => [day, new Date(startMs).toISOString(), (endMs - startMs) / HOUR]),
      ).toEqual([
        ['2026-10-26', '2026-10-25T23:00:00.000Z', 24],
        ['2026-10-25', '2026-10-24T22:00:00.000Z', 25],
        ['2026-10-24', '2026-10-23T22:00:00.000Z', 24],
      ]);
    });

    it('cut reading at midnight, and count a session when it began', async () => {
      // Midnight in Kathmandu is at 18:15 UTC.
      const start = Date.parse('2026-11-24T18:10:00Z');
      await begin('ann', 'ann@example.com', start);
      await read('ann', '/a/', (start - NOW) / SECOND, (start - NOW) / SECOND + 600);
      await count();
      const days = async (timeZone: string) =>
        (await counted.store.totals.listDays({ fromMs: start, toMs: start + 12 * HOUR, timeZone })).map(
          ({ day, sessions, visits, readers, readingMs }) => [day, sessions, visits, readers, readingMs / MINUTE],
        );
      expect(await days('Asia/Kathmandu')).toEqual([
        ['2026-11-25', 0, 0, 1, 5],
        ['2026-11-24', 1, 1, 1, 5],
      ]);
      expect(await days('UTC')).toEqual([
        ['2026-11-25', 0, 0, 0, 0],
        ['2026-11-24', 1, 1, 1, 10],
      ]);
      expect(await counted.store.totals.findFirstMs()).toBe(Date.parse('2026-11-24T18:00:00Z'));
    });

    it('has the distribution, and the tries that were refused', async () => {
      const days = { fromMs: NOW - 40 * DAY, toMs: NOW + 2 * DAY, timeZone: 'UTC' };
      for (const [nth, id] of ['ann', 'bob', 'eve'].entries()) {
        await begin(id);
        await read(id, '/a/', 0, 10 * 10 ** nth);
      }
      await begin('scanner');
      await count();
      const slot = Math.floor(NOW / (15 * MINUTE));
      await counted.store.refusals.add(new Map([[slot, 2]]), [], NOW);
      await counted.store.refusals.add(
        new Map([
          [slot, 3],
          [slot - 40, 7],
        ]),
        [],
        NOW,
      );
      const listed = await counted.store.totals.listDays(days);
      const day = listed.find(({ day: of }) => of === '2026-11-24');
      expect(day).toMatchObject({ sessions: 3, opened: 1, visits: 3, readers: 3, refused: 5 });
      expect(day?.buckets.map(({ sessions }) => sessions)).toEqual([1, 1, 1]);
      expect((day?.medianMs ?? 0) / (100 * SECOND)).toBeCloseTo(1, 1);
      const [, , , before] = listed;
      expect(before).toMatchObject({
        sessions: 0,
        opened: 0,
        visits: 0,
        readers: 0,
        readingMs: 0,
        refused: 7,
        medianMs: null,
        buckets: [],
      });
    });
  });
}
