// Each page's own reading time.
import { expect, it } from 'vitest';
import { PageTimes } from '../../../../server/store/page-times.ts';

function timesOf(spans: readonly (readonly [page: string, startMs: number, endMs: number, id?: string])[]): unknown {
  const times = new PageTimes();
  for (const [page, startMs, endMs, id = 'read'] of spans) {
    const flags = { isLate: false, isClamped: false, isClosed: true, isReplayed: false, receivedMs: null };
    times.add({ id, page, startMs, endMs, ...flags });
  }
  return times.list().map(({ page, readingMs, isOpened }) => [page, readingMs, isOpened]);
}

it('counts once what is read in several tabs side by side, however they overlap', () => {
  const nested = [
    ['/a/', 0, 10],
    ['/a/', 2, 5],
    ['/a/', 6, 12],
    ['/a/', 20, 25],
  ] as const;
  expect(timesOf(nested)).toEqual([['/a/', 17, false]]);
});

it('counts each page by itself, under the first of its names', () => {
  const read = [
    ['/b', 0, 10],
    ['/a/', 5, 8],
    ['/b.html', 10, 12],
  ] as const;
  expect(timesOf(read)).toEqual([
    ['/b', 12, false],
    ['/a/', 3, false],
  ]);
});

it('tells files that were opened from pages that were read', () => {
  const seen = [
    ['/report.pdf', 0, 0, 'opened:first'],
    ['/report.pdf', 5, 9],
    ['/a/', 9, 10],
  ] as const;
  expect(timesOf(seen)).toEqual([
    ['/report.pdf', 4, true],
    ['/a/', 1, false],
  ]);
});
