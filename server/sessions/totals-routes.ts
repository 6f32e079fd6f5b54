// The owner's API: totals by reader, page and day.
import type { Router, RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import * as v from 'valibot';
import type { DayList, PageDetail, PageList, ReaderDetail, ReaderList } from '../../sw/protocol/owner-api.ts';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import { isBelow } from '../store/page-prefix.ts';
import type { Share } from '../store/shares.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { PageTotals, ReaderPageTotals, ReaderTotals, TotalsQuery, TotalsSort } from '../store/totals.ts';
import { DAYS, readDaysQuery } from './days-query.ts';
import {
  choice,
  cursor,
  DEFAULT_PAGE_SIZE,
  MAX_PAGE_SIZE,
  page,
  pageSize,
  readPage,
  readReader,
  writeCursor,
  type Cursor,
} from './parameters.ts';
import { readParameters } from './read-parameters.ts';
import { placeIn } from './session-search.ts';
import { refuseSomePages, shareOf, withoutAddress, type NamedByAddress } from './share-scope.ts';
import { viewDay, viewPageTotals, viewDistribution, viewReader } from './views.ts';

const LIST = {
  sort: v.optional(choice('last', 'reading', 'sessions')),
  pageSize: v.optional(pageSize),
  cursor: v.optional(cursor),
};
export const READER_LIST = { kind: v.optional(choice('read', 'opened', 'excluded')), ...LIST };
export const PAGE_LIST = { page: v.optional(page), ...LIST };
/** The other side of a reader or a page is always sorted by reading. */
export const PAIR_LIST = { cursor: v.optional(cursor) };

export interface TotalsRouteParts {
  /** The check before what changes something. */
  readonly owner: Middleware;
  /** The check before what the holder of a shared link may see, too. */
  readonly viewer: Middleware;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addTotalsRoutes(
  router: Router,
  { totals, blockedReaders }: Pick<SessionStore, 'totals' | 'blockedReaders'>,
  { owner, viewer, now }: TotalsRouteParts,
): void {
  router.get('/api/readers', viewer, async (ctx) => {
    const share = shareOf(ctx);
    refuseSomePages(share, 'the totals of readers');
    const { kind, ...list } = readParameters(READER_LIST, readKnownQuery(ctx, Object.keys(READER_LIST)));
    const { size, sort, after } = readList(kind === 'opened' || kind === 'excluded' ? { ...list, sort: 'last' } : list);
    const query = { sort, pageSize: size + 1, after };
    const found = await listReaders(kind, query);
    ctx.body = {
      readers: (await named(share, found.slice(0, size))).map(viewReader),
      ...next(found, size, sort, (reader) => ({ value: valueOf(reader, sort), id: reader.id })),
    } satisfies ReaderList;
  });

  router.get('/api/readers/:reader', viewer, async (ctx) => {
    const share = shareOf(ctx);
    refuseSomePages(share, 'the totals of a reader');
    const after = readPlace(readKnownQuery(ctx, Object.keys(PAIR_LIST)));
    const reader = await findReader(ctx, share);
    const [shown = reader] = await named(share, [reader]);
    const isExcluded = (await totals.listExcludedReaders()).includes(reader.email);
    const pairs = await totals.listReaderPages({ readerId: reader.id, pageSize: MAX_PAGE_SIZE + 1, after });
    ctx.body = {
      ...viewReader(shown),
      excluded: isExcluded,
      blocked: await blockedReaders.has(reader.email),
      distribution: viewDistribution(reader),
      pages: pairs.slice(0, MAX_PAGE_SIZE).map(({ pageId, page: name, sessions, readingMs }) => ({
        id: pageId,
        page: name,
        sessions,
        readingTimeMs: readingMs,
      })),
      ...nextPair(pairs, ({ pageId }) => pageId),
    } satisfies ReaderDetail;
  });

  // What readers do is still recorded and listed, now and later.
  for (const [method, isExcluded] of [
    ['put', true],
    ['delete', false],
  ] as const)
    router[method]('/api/readers/:reader/excluded', owner, async (ctx) => {
      readKnownQuery(ctx, []);
      await totals.setReaderExcluded((await findReader(ctx)).email, isExcluded);
      ctx.body = { success: true };
    });

  router.get('/api/pages', viewer, async (ctx) => {
    const below = shareOf(ctx)?.pages ?? undefined;
    const { page: which, ...list } = readParameters(PAGE_LIST, readKnownQuery(ctx, Object.keys(PAGE_LIST)));
    const { size, sort, after } = readList(list);
    const one = which && (await totals.findPage(which));
    const all = which && (one && isShown(one, below) ? [one] : []);
    const found = all ?? (await totals.listPages({ sort, pageSize: size + 1, after, below }));
    ctx.body = {
      pages: found.slice(0, size).map(viewPageTotals),
      ...next(found, size, sort, (of) => ({ value: valueOf(of, sort), id: of.id })),
    } satisfies PageList;
  });

  router.get('/api/pages/:page', viewer, async (ctx) => {
    const share = shareOf(ctx);
    const after = readPlace(readKnownQuery(ctx, Object.keys(PAIR_LIST)));
    const which = readPage(ctx.params['page'] ?? '');
    const found = which && (await totals.findPage(which));
    if (!found || !isShown(found, share?.pages ?? undefined)) throw new HttpError(404, 'There is no page with this id');
    const pairs = await totals.listReaderPages({ pageId: found.id, pageSize: MAX_PAGE_SIZE + 1, after });
    ctx.body = {
      ...viewPageTotals(found),
      readBy: (await named(share, pairs.slice(0, MAX_PAGE_SIZE))).map(({ readerId, email, sessions, readingMs }) => ({
        id: readerId,
        emailOfAccessor: email,
        sessions,
        readingTimeMs: readingMs,
      })),
      ...nextPair(pairs, ({ readerId }) => readerId),
    } satisfies PageDetail;
  });

  router.get('/api/days', viewer, async (ctx) => {
    refuseSomePages(shareOf(ctx), 'the totals of days');
    const query = readDaysQuery(readKnownQuery(ctx, Object.keys(DAYS)), now());
    ctx.body = { timeZone: query.timeZone, days: (await totals.listDays(query)).map(viewDay) } satisfies DayList;
  });

  function listReaders(kind: 'read' | 'opened' | 'excluded' = 'read', query: TotalsQuery) {
    if (kind === 'excluded') return totals.listExcluded(query);
    return kind === 'opened' ? totals.listOpened(query) : totals.listReaders(query);
  }

  /** Without addresses for the holder of a shared link. */
  async function named<One extends NamedByAddress>(
    share: Share | undefined,
    some: readonly One[],
  ): Promise<readonly One[]> {
    return share ? Promise.all(some.map((one) => withoutAddress(one, totals))) : some;
  }

  /** @throws HttpError 403 for an address in a shared link, which must not tell whether there is such a reader. */
  async function findReader(ctx: RouterContext, share?: Share): Promise<ReaderTotals> {
    const which = readReader(ctx.params['reader'] ?? '');
    if (share && which && 'email' in which)
      throw new HttpError(403, 'A shared link shows no addresses; use the id of a reader');
    const reader = which && (await totals.findReader(which));
    if (!reader) throw new HttpError(404, 'There is no reader with this address or id');
    return reader;
  }
}

function isShown({ name }: PageTotals, below: string | undefined): boolean {
  return below === undefined || isBelow(name, below);
}

function readList({
  sort = 'last',
  pageSize: size = DEFAULT_PAGE_SIZE,
  cursor: place,
}: {
  readonly sort?: TotalsSort | undefined;
  readonly pageSize?: number | undefined;
  readonly cursor?: Cursor | undefined;
}): { readonly size: number; readonly sort: TotalsSort; readonly after: Cursor | undefined } {
  return { size, sort, after: placeIn(place, sort) };
}

function readPlace(values: Readonly<Record<string, unknown>>): Cursor | undefined {
  return placeIn(readParameters(PAIR_LIST, values).cursor, 'reading');
}

function valueOf({ lastMs, readingMs, sessions }: ReaderTotals | PageTotals, sort: TotalsSort): number {
  return { last: lastMs, reading: readingMs, sessions }[sort];
}

/** The cursor after the last of the first `size`, if there are more. */
function next<Found>(
  found: readonly Found[],
  size: number,
  sort: string,
  placeOf: (found: Found) => Omit<Cursor, 'sort'>,
): { readonly next?: string } {
  const last = found[size - 1];
  return last !== undefined && found.length > size ? { next: writeCursor({ sort, ...placeOf(last) }) } : {};
}

function nextPair(pairs: readonly ReaderPageTotals[], idOf: (pair: ReaderPageTotals) => string) {
  return next(pairs, MAX_PAGE_SIZE, 'reading', (pair) => ({ value: pair.readingMs, id: idOf(pair) }));
}
