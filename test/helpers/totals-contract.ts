// The contract of a store's totals (server/store/totals.ts): what they add up, and what they leave out.
import { describe, expect, it } from 'vitest';
import { EVERY, SECOND, useCountedStore } from './counted-store.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';

/** @param makePlace makes an empty place for a store. */
export function describeTotals(database: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the totals of the ${database} store`, () => {
    const counted = useCountedStore(makePlace);
    const { begin, read, count } = counted;

    it('add up sessions by reader and page, those that were only opened apart', async () => {
      for (const [id, email] of [
        ['ann-1', 'ann@example.com'],
        ['ann-2', 'ann@example.com'],
        ['bob', 'bob@example.com'],
        ['scanner', 'scanner@example.com'],
      ] as const)
        await begin(id, email);
      await read('ann-1', '/a/', 0, 100);
      await read('ann-1', '/a/', 50, 150);
      await read('ann-1', '/b/', 140, 200);
      await read('ann-2', '/a', 4_000, 4_010);
      await read('bob', '/b/', 10, 20);
      await read('scanner', '/b/', 0, 4.999);
      await count();
      const [bob, ann] = (await counted.store.totals.listReaders({ sort: 'reading', pageSize: 9 })).toReversed();
      expect(ann).toMatchObject({
        email: 'ann@example.com',
        sessions: 2,
        opened: 0,
        // The first visit of each session begins at the gate.
        visits: 3,
        readingMs: 210 * SECOND,
        lastMs: NOW + 4_010 * SECOND,
      });
      expect(bob).toMatchObject({ email: 'bob@example.com', sessions: 1, readingMs: 10 * SECOND });
      const [scanner, ...others] = await counted.store.totals.listOpened(EVERY);
      expect(scanner).toMatchObject({
        email: 'scanner@example.com',
        sessions: 0,
        opened: 1,
        readingMs: 0,
        medianMs: null,
      });
      expect(others).toEqual([]);
      const pages = await counted.store.totals.listPages({ sort: 'reading', pageSize: 9 });
      expect(pages.map(({ name, sessions, readers, readingMs }) => [name, sessions, readers, readingMs])).toEqual([
        ['/a/', 2, 1, 160 * SECOND],
        ['/b/', 2, 2, 70 * SECOND],
      ]);
      // The lower median of 150 s and 10 s.
      expect(pages[0]?.medianMs).toBeGreaterThan(9.5 * SECOND);
      expect(pages[0]?.medianMs).toBeLessThan(10.5 * SECOND);
      expect(await counted.store.totals.listPagesOfSession('ann-1')).toEqual([
        { page: '/a/', readingMs: 150 * SECOND },
        { page: '/b/', readingMs: 60 * SECOND },
      ]);
    });

    it('have the pages of a reader, and the readers of a page, page by page', async () => {
      for (const id of ['ann', 'bob', 'eve']) await begin(id);
      for (const [nth, page] of ['/a/', '/b/', '/c/'].entries()) await read('ann', page, nth * 10, nth * 10 + 7 + nth);
      await read('bob', '/b/', 0, 100);
      await read('eve', '/b/', 0, 8);
      await count();
      const ann = await counted.store.totals.findReader({ email: 'ann@example.com' });
      const readerId = ann?.id ?? '';
      expect(await counted.store.totals.findReader({ id: readerId })).toEqual(ann);
      expect(await counted.store.totals.readerIdOf('ann@example.com')).toBe(readerId);
      const [longest] = await counted.store.totals.listReaderPages({ readerId, pageSize: 1 });
      expect(longest).toMatchObject({ email: 'ann@example.com', page: '/c/', sessions: 1, readingMs: 9 * SECOND });
      const after = { value: longest?.readingMs ?? 0, id: longest?.pageId ?? '' };
      expect(
        (await counted.store.totals.listReaderPages({ readerId, pageSize: 5, after })).map(({ page }) => page),
      ).toEqual(['/b/', '/a/']);
      const page = await counted.store.totals.findPage({ name: '/b' });
      expect(page).toMatchObject({ name: '/b/', readers: 3 });
      const pageId = page?.id ?? '';
      expect(await counted.store.totals.findPage({ id: pageId })).toEqual(page);
      const readers = await counted.store.totals.listReaderPages({ pageId, pageSize: 9 });
      expect(new Set(readers.slice(1).map(({ email }) => email))).toEqual(
        new Set(['ann@example.com', 'eve@example.com']),
      );
      expect(readers[0]).toMatchObject({ email: 'bob@example.com', readingMs: 100 * SECOND });
      expect(await counted.store.totals.findReader({ email: 'nobody@example.com' })).toBeUndefined();
      expect(await counted.store.totals.findPage({ name: '/nowhere/' })).toBeUndefined();
    });

    it('leave out what is excluded, until it no longer is', async () => {
      for (const [id, email] of [
        ['ann-1', 'ann'],
        ['ann-2', 'ann'],
        ['bob', 'bob'],
      ] as const) {
        await begin(id, `${email}@example.com`);
        await read(id, '/a/', 0, 10);
      }
      await counted.store.totals.setExcluded('ann-1', true);
      await count();
      expect(await counted.store.findSession('ann-1')).toMatchObject({ isExcluded: true, readingMs: 10 * SECOND });
      const sessions = async () =>
        Object.fromEntries((await counted.store.totals.listReaders(EVERY)).map((one) => [one.email, one.sessions]));
      expect(await sessions()).toEqual({ 'ann@example.com': 1, 'bob@example.com': 1 });
      await counted.store.totals.setReaderExcluded('ann@example.com', true);
      // Later ones, too.
      await begin('ann-3', 'ann@example.com');
      await read('ann-3', '/a/', 0, 10);
      await counted.store.totals.setExcluded('ann-1', false);
      expect(await counted.store.totals.counting.listRemembered(9)).toEqual(['ann-1', 'ann-2']);
      await count();
      expect(await sessions()).toEqual({ 'bob@example.com': 1 });
      expect(await counted.store.totals.listExcludedReaders()).toEqual(['ann@example.com']);
      await counted.store.totals.setReaderExcluded('ann@example.com', false);
      await count();
      expect(await sessions()).toEqual({ 'ann@example.com': 3, 'bob@example.com': 1 });
    });

    it('give readers ids that tell nobody their addresses, and that stay', async () => {
      await begin('ann');
      await read('ann', '/a/', 0, 10);
      await count();
      const [ann] = await counted.store.totals.listReaders(EVERY);
      expect(ann?.id).toMatch(/^[\w-]{16}$/);
      await counted.reopen();
      expect(await counted.store.totals.readerIdOf('ann@example.com')).toBe(ann?.id);
    });
  });
}
