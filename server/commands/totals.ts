// The commands `readers` and `pages`: print totals as a table or as JSON.
import { readOptions, readLimit, withStore } from './existing-store.ts';
import { readParameters } from '../sessions/read-parameters.ts';
import { PAGE_LIST, READER_LIST } from '../sessions/totals-routes.ts';
import { viewPageTotals, viewReader } from '../sessions/views.ts';
import type { Totals, TotalsSort } from '../store/totals.ts';
import { duration, localTime, textTable } from './text-table.ts';

const MAX_LIMIT = 1_000;

export interface TotalsOptions {
  readonly sort: string;
  readonly limit: string;
  readonly json?: boolean;
}

export async function listReaders({ sort, limit, json }: TotalsOptions): Promise<void> {
  const { sort: order = 'last' } = readOptions(() => readParameters({ sort: READER_LIST.sort }, { sort }));
  const { found, isCut } = await list(limit, order, (totals, query) => totals.listReaders(query));
  const readers = found.map(viewReader);
  if (json) return printJson({ readers }, readers.length, isCut);
  print(
    ['reader', 'sessions', 'visits', 'read', 'median', 'first seen', 'last seen', 'id'],
    readers.map((reader) => [
      reader.emailOfAccessor,
      String(reader.sessions),
      String(reader.visits),
      duration(reader.readingTimeMs),
      reader.medianReadingTimeMs === null ? '–' : duration(reader.medianReadingTimeMs),
      localTime(reader.firstSeen),
      localTime(reader.lastSeen),
      reader.id,
    ]),
    isCut,
  );
}

export async function listPages({ sort, limit, json }: TotalsOptions): Promise<void> {
  const { sort: order = 'last' } = readOptions(() => readParameters({ sort: PAGE_LIST.sort }, { sort }));
  const { found, isCut } = await list(limit, order, (totals, query) => totals.listPages(query));
  const pages = found.map(viewPageTotals);
  if (json) return printJson({ pages }, pages.length, isCut);
  print(
    ['page', 'sessions', 'readers', 'read', 'median', 'last read'],
    pages.map((page) => [
      page.page,
      String(page.sessions),
      String(page.readers),
      duration(page.readingTimeMs),
      page.medianReadingTimeMs === null ? '–' : duration(page.medianReadingTimeMs),
      localTime(page.lastRead),
    ]),
    isCut,
  );
}

async function list<Found>(
  limit: string,
  sort: TotalsSort,
  ask: (totals: Totals, query: { readonly sort: TotalsSort; readonly pageSize: number }) => Promise<readonly Found[]>,
): Promise<{ readonly found: readonly Found[]; readonly isCut: boolean }> {
  const most = readLimit(limit, MAX_LIMIT);
  const found = await withStore((store) => ask(store.totals, { sort, pageSize: most + 1 }));
  return { found: found.slice(0, most), isCut: found.length > most };
}

/** Readable by a program: what is missing is said on the standard error. */
function printJson(found: object, count: number, isCut: boolean): void {
  console.info(JSON.stringify(found, null, 2));
  if (isCut) console.error(sayMore(count));
}

function sayMore(count: number): string {
  return `There are more than these ${count}: raise --limit.`;
}

function print(headings: readonly string[], rows: readonly (readonly string[])[], isCut: boolean): void {
  if (rows.length === 0) console.info('Nothing has been read, or the server has not counted it yet.');
  else for (const line of textTable([headings, ...rows])) console.info(line);
  if (isCut) console.info(sayMore(rows.length));
}
