// Which address shows what, and what has to be loaded for it.
import type { TemplateResult } from 'lit';
import { daysView } from './days-view.ts';
import { readFilter } from './filter-form.ts';
import { listView } from './list-view.ts';
import { findPage, findReader, findSession, listDays, listPages, listReaders, listSessions } from './owner-client.ts';
import { pageView, pagesView } from './pages-view.ts';
import { readersView, readerView } from './readers-view.ts';
import { sessionView } from './session-view.ts';
import type { TotalsSort } from './totals-table.ts';
import { pageName, timeZone } from './wording.ts';

/** One of the owner's pages, with its data. */
export interface View {
  readonly title: string;
  /** @param now epoch milliseconds. */
  readonly render: (now: number) => TemplateResult;
}

type Load = (id: string, query: URLSearchParams, signal: AbortSignal) => Promise<View>;

const ROUTES: readonly (readonly [RegExp, Load])[] = [
  [
    /^\/owner\/sessions\/([^/]+)$/,
    async (ref, _query, signal) => {
      const session = await findSession(ref, signal);
      return { title: session.emailOfAccessor, render: (now) => sessionView(session, now) };
    },
  ],
  [
    /^\/owner\/readers$/,
    async (_, query, signal) => {
      const sort = readSort(query);
      const lists = await listReaders(sort, signal);
      return { title: 'Readers', render: (now) => readersView(lists, sort, now) };
    },
  ],
  [
    /^\/owner\/readers\/([^/]+)$/,
    async (id, _query, signal) => {
      const [reader, sessions, { pages }] = await Promise.all([
        findReader(id, signal),
        listSessions({ reader: id }, signal),
        listPages('sessions', signal),
      ]);
      return { title: reader.emailOfAccessor, render: (now) => readerView(reader, sessions, pages, now) };
    },
  ],
  [
    /^\/owner\/pages$/,
    async (_, query, signal) => {
      const sort = readSort(query);
      const list = await listPages(sort, signal);
      return { title: 'Pages', render: (now) => pagesView(list, sort, now) };
    },
  ],
  [
    /^\/owner\/pages\/([^/]+)$/,
    async (id, _query, signal) => {
      const page = await findPage(id, signal);
      return { title: pageName(page.page), render: (now) => pageView(page, now) };
    },
  ],
  [
    /^\/owner\/days$/,
    async (_, query, signal) => {
      const list = await listDays(query.get('to') ?? undefined, timeZone(), signal);
      return { title: 'Days', render: (now) => daysView(list, now) };
    },
  ],
];

/** Any other address shows the sessions. */
const loadSessions: Load = async (_, query, signal) => {
  const filter = readFilter(query);
  const list = await listSessions(filter, signal);
  return { title: 'Sessions', render: (now) => listView(list, filter, now) };
};

/** @throws RequestError */
export function loadView({ pathname, searchParams }: URL, signal: AbortSignal): Promise<View> {
  for (const [pattern, load] of ROUTES) {
    const match = pattern.exec(pathname);
    if (match) return load(match[1] ?? '', searchParams, signal);
  }
  return loadSessions('', searchParams, signal);
}

function readSort(query: URLSearchParams): TotalsSort {
  const sort = query.get('sort');
  return sort === 'reading' || sort === 'sessions' ? sort : 'last';
}
