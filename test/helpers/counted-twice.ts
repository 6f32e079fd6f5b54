// A large session is counted once though two processes count it at the same time, each in several steps.
import { expect, it } from 'vitest';
import { NOW } from './store-contract.ts';
import type { Around, WatchedPlace } from './store-place.ts';

const PAGES = 450;

/** @param makePlace makes an empty place for a store. */
export function testCountedTwice(name: string, makePlace: () => Promise<WatchedPlace>): void {
  it.for([1, 2, 3])(`in ${name}, though the other counts it before step %d of the one`, async (nth) => {
    const place = await makePlace();
    const other = await place.open();
    await other.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
    await other.record(
      Array.from({ length: PAGES }, (_, page) => {
        const startMs = NOW + page * 1_000;
        const span = { id: `s${page}`, page: `/${page}/`, startMs, endMs: startMs + 1_000, offsetMs: 0 };
        return { session: 'ann', receivedMs: NOW + 3_600_000, span };
      }),
    );
    let steps = 0;
    const countBefore: Around = async (run, statements) => {
      if (statements.some(({ sql }) => /INTO "?counted_sessions/.test(sql)) && ++steps === nth)
        await other.totals.counting.count(['ann']);
      return run();
    };
    const one = await place.open(countBefore);
    await one.totals.counting.count(['ann']);
    expect(steps).toBeGreaterThan(nth - 1);
    const pages = await other.totals.listPages({ sort: 'last', pageSize: PAGES + 1 });
    expect(pages.map(({ sessions, readers, readingMs }) => [sessions, readers, readingMs])).toEqual(
      Array.from({ length: PAGES }, () => [1, 1, 1_000]),
    );
    expect((await other.totals.counting.compare(undefined)).ids).toEqual([]);
    await Promise.all([one.close(), other.close()]);
  });
}
