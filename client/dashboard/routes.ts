// Which address shows what, and what has to be loaded for it.
import type { TemplateResult } from 'lit';
import type { Viewer } from '../../sw/protocol/owner-api.ts';
import { pageName } from '../ui/page-names.ts';
import { daysView } from './days-view.ts';
import { readFilter } from './filter-form.ts';
import { listView } from './list-view.ts';
import {
  endAccess,
  exportReader,
  findPage,
  findReader,
  findSession,
  listDays,
  listPages,
  listReaders,
  listSessions,
  listInvitations,
  listShares,
  setBlocked,
  setExcluded,
} from './owner-client.ts';
import { readOwnerPath } from './owner-path.ts';
import { findReceipt, receiptView } from './erase-view.ts';
import { invitationsView } from './invitations-view.ts';
import { pageView, pagesView } from './pages-view.ts';
import { readersView, readerView } from './readers-view.ts';
import { recordView } from './record-view.ts';
import { sessionView } from './session-view.ts';
import { sharesView } from './share-view.ts';
import type { TotalsSort } from './totals-table.ts';
import { timeZone } from './wording.ts';

/** One of the owner's pages, with its data. */
export interface View {
  readonly title: string;
  /** It says as of when, so it stays as it is when something changes. */
  readonly isCopy?: boolean;
  /** @param now epoch milliseconds. */
  readonly render: (now: number, viewer: Viewer) => TemplateResult;
}

/** What an address is about. */
interface Asked {
  readonly id: string;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
  /** Changes something, then shows the address again. */
  readonly change: (work: Promise<void>) => void;
}

type Load = (asked: Asked) => Promise<View>;

const ROUTES: readonly (readonly [RegExp, Load])[] = [
  [
    /^\/sessions\/([^/]+)$/,
    async ({ id: ref, signal, change }) => {
      const session = await findSession(ref, signal);
      const exclude = (isExcluded: boolean): void => change(setExcluded('sessions', ref, isExcluded));
      const end = (): void => change(endAccess(ref));
      return {
        title: session.emailOfAccessor,
        render: (now) => sessionView(session, { exclude, endAccess: end }, now),
      };
    },
  ],
  [
    /^\/readers$/,
    async ({ query, signal, change }) => {
      const sort = readSort(query);
      const lists = await listReaders(sort, signal);
      const countAgain = (id: string): void => change(setExcluded('readers', id, false));
      const allow = (id: string): void => change(setBlocked(id, false));
      return { title: 'Readers', render: (now) => readersView(lists, sort, { countAgain, allow }, now) };
    },
  ],
  [
    /^\/readers\/([^/]+)$/,
    async ({ id, signal, change }) => {
      const receipt = findReceipt(id);
      if (receipt) return { title: 'Erased', render: (now) => receiptView(receipt, now) };
      const [reader, sessions, { pages }] = await Promise.all([
        findReader(id, signal),
        listSessions({ reader: id }, signal),
        listPages('sessions', signal),
      ]);
      const exclude = (isExcluded: boolean): void => change(setExcluded('readers', id, isExcluded));
      const block = (isBlocked: boolean): void => change(setBlocked(id, isBlocked));
      const onErased = (): void => change(Promise.resolve());
      return {
        title: reader.emailOfAccessor,
        render: (now) => readerView(reader, sessions, pages, { exclude, block, onErased }, now),
      };
    },
  ],
  [
    /^\/readers\/([^/]+)\/record$/,
    async ({ id, signal }) => {
      const record = await exportReader(id, signal);
      const atMs = Date.now();
      return { title: record.emailOfAccessor, isCopy: true, render: () => recordView(id, record, atMs) };
    },
  ],
  [
    /^\/pages$/,
    async ({ query, signal }) => {
      const sort = readSort(query);
      const list = await listPages(sort, signal);
      return { title: 'Pages', render: (now) => pagesView(list, sort, now) };
    },
  ],
  [
    /^\/pages\/([^/]+)$/,
    async ({ id, signal }) => {
      const page = await findPage(id, signal);
      return { title: pageName(page.page), render: (now) => pageView(page, now) };
    },
  ],
  [
    /^\/days$/,
    async ({ query, signal }) => {
      const list = await listDays(query.get('to') ?? undefined, timeZone(), signal);
      return { title: 'Days', render: (now) => daysView(list, now) };
    },
  ],
  [
    /^\/invitations$/,
    async ({ signal, change }) => {
      const list = await listInvitations(signal);
      return { title: 'Invitations', render: (now) => invitationsView(list, change, now) };
    },
  ],
  [
    /^\/share$/,
    async ({ signal, change }) => {
      const list = await listShares(signal);
      return { title: 'Share', render: (now) => sharesView(list, change, now) };
    },
  ],
];

/** Any other address shows the sessions. */
const loadSessions: Load = async ({ query, signal }) => {
  const filter = readFilter(query);
  const list = await listSessions(filter, signal);
  return { title: 'Sessions', render: (now, { pages }) => listView(list, filter, now, pages === null) };
};

/**
 * @param change see {@link Asked}.
 * @throws RequestError
 */
export function loadView(
  { pathname, searchParams: query }: URL,
  change: Asked['change'],
  signal: AbortSignal,
): Promise<View> {
  for (const [pattern, load] of ROUTES) {
    const match = pattern.exec(readOwnerPath(pathname) ?? '');
    if (match) return load({ id: match[1] ?? '', query, signal, change });
  }
  return loadSessions({ id: '', query, signal, change });
}

function readSort(query: URLSearchParams): TotalsSort {
  const sort = query.get('sort');
  return sort === 'reading' || sort === 'sessions' ? sort : 'last';
}
