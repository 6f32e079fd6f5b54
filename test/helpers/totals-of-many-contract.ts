// The contract of a store's totals, of many readers and of a session with many pages. With very many: test/server/totals-of-many.test.ts.
import { describe, expect, it } from 'vitest';
import type { PageTotals, ReaderTotals } from '../../server/store/totals.ts';
import { HOUR, MINUTE, SECOND, useCountedStore } from './counted-store.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';

/** @param makePlace makes an empty place for a store. */
export function describeTotalsOfMany(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the totals of many, of the ${name} store`, () => {
    const counted = useCountedStore(makePlace);
    const { begin, read, count } = counted;

    it.for(['last', 'reading', 'sessions'] as const)('list each reader once, page by page, by %s', async (sort) => {
      const values = { last: 'lastMs', reading: 'readingMs', sessions: 'sessions' } as const;
      for (let nth = 0; nth < 11; nth++) {
        await begin(`s${nth}`, `reader-${nth % 7}@example.com`);
        await read(`s${nth}`, `/${nth % 5}/`, 0, 10 + (nth % 3));
      }
      await count();
      for (const list of ['listReaders', 'listPages'] as const) {
        const all = await counted.store.totals[list]({ sort, pageSize: 100 });
        expect(all).toHaveLength(list === 'listReaders' ? 7 : 5);
        const listed: (ReaderTotals | PageTotals)[] = [];
        for (;;) {
          const last = listed.at(-1);
          const after = last && { value: last[values[sort]], id: last.id };
          const [next]: readonly (ReaderTotals | PageTotals)[] = await counted.store.totals[list]({
            sort,
            pageSize: 1,
            after,
          });
          if (!next) break;
          listed.push(next);
        }
        expect(listed).toEqual(all);
        const sorted = all.map((one) => one[values[sort]]);
        expect(sorted).toEqual(sorted.toSorted((one, other) => other - one));
      }
    });

    it('follow a session of many pages that grows, and forget it when it is deleted', async () => {
      const MANY = 600;
      const QUARTER_S = 900;
      // At the gate twenty minutes before, in a quarter of an hour without reading.
      await begin('ann', 'ann@example.com', NOW - 20 * MINUTE);
      await begin('bob');
      await read('bob', '/0/', 0, 30);
      const many = Array.from({ length: MANY }, (_, nth) => {
        const startMs = NOW + nth * QUARTER_S * SECOND;
        const id = `many${String((nth * 7) % MANY).padStart(3, '0')}`;
        return { id, page: `/${nth}/`, startMs, endMs: startMs + 10 * SECOND, offsetMs: 0 };
      });
      const record = (more: readonly (typeof many)[number][]) =>
        counted.store.record(more.map((span) => ({ session: 'ann', receivedMs: NOW + 1_000 * HOUR, span })));
      await record(many);
      await record([
        { id: 'glance', page: '/glance/', startMs: NOW + 50 * SECOND, endMs: NOW + 50 * SECOND, offsetMs: 0 },
      ]);
      await count();
      const zone = { fromMs: NOW, toMs: NOW + MANY * QUARTER_S * SECOND, timeZone: 'UTC' };
      const sums = async (): Promise<unknown> => {
        const pages = await counted.store.totals.listPages({ sort: 'reading', pageSize: 1_000 });
        const days = await counted.store.totals.listDays(zone);
        const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0) / SECOND;
        const [ann] = await counted.store.totals.listReaders({ sort: 'reading', pageSize: 1 });
        return {
          ann: (ann?.readingMs ?? 0) / SECOND,
          visits: ann?.visits,
          ofDaysVisits: days.reduce((all, { visits }) => all + visits, 0),
          pages: pages.length,
          ofPages: sum(pages.map(({ readingMs }) => readingMs)),
          ofDays: sum(days.map(({ readingMs }) => readingMs)),
          last: Math.max(...pages.map(({ lastMs }) => lastMs)) - NOW,
        };
      };
      const end = (MANY - 1) * QUARTER_S * SECOND;
      const last = end + 10 * SECOND;
      expect(await sums()).toEqual({
        ann: 6_000,
        visits: 1,
        ofDaysVisits: 2,
        pages: 600,
        ofPages: 6_030,
        ofDays: 6_030,
        last,
      });
      await record(many.map((span) => ({ ...span, endMs: span.startMs + 12 * SECOND })));
      const later = NOW + end + 2 * HOUR;
      await record([{ id: 'new', page: '/new/', startMs: later, endMs: later + 5 * SECOND, offsetMs: 0 }]);
      await count();
      expect(await sums()).toEqual({
        ann: 7_205,
        visits: 2,
        ofDaysVisits: 3,
        pages: 601,
        ofPages: 7_235,
        ofDays: 7_235,
        last: later + 5 * SECOND - NOW,
      });
      await counted.store.deleteSessions(['ann'], NOW);
      expect(await sums()).toEqual({
        ann: 30,
        visits: 1,
        ofDaysVisits: 1,
        pages: 1,
        ofPages: 30,
        ofDays: 30,
        last: 30 * SECOND,
      });
    });
  });
}
