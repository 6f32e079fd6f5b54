// The owner's API: the list of sessions, and one session with its spans.
import { Readable } from 'node:stream';
import type { Router, RouterContext } from '@koa/router';
import * as v from 'valibot';
import type { SessionList, SpanList } from '../../sw/protocol/owner-api.ts';
import type { Middleware } from 'koa';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import type { Feed } from './feed.ts';
import { cursor, writeCursor } from './parameters.ts';
import { readParameters } from './read-parameters.ts';
import { placeIn, readSessionList, SESSION_LIST } from './session-search.ts';
import { findShared, listSharedSessions } from './shared-sessions.ts';
import { refuseSomePages, shareOf } from './share-scope.ts';
import { isAfter, nextOfSpans, SPAN_ORDER, SPANS_A_PAGE } from './spans-page.ts';
import { viewSession, viewSpan } from './views.ts';
import { writeSession } from './write-session.ts';

export const SPAN_LIST = { cursor: v.optional(cursor) };

export interface SessionRouteParts {
  /** The check before what changes something. */
  readonly owner: Middleware;
  /** The check before what the holder of a shared link may see, too. */
  readonly viewer: Middleware;
  readonly feed: Pick<Feed, 'events'>;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addSessionRoutes(
  router: Router,
  store: SessionStore,
  { owner, viewer, feed, now }: SessionRouteParts,
): void {
  router.get('/api/sessions', viewer, async (ctx) => {
    const share = shareOf(ctx);
    if (share) {
      ctx.body = await listSharedSessions(store, share, readKnownQuery(ctx, Object.keys(SESSION_LIST)), now());
      return;
    }
    const search = readSessionList(readKnownQuery(ctx, Object.keys(SESSION_LIST)));
    const { sessions, next } = await store.searchSessions({ ...search, nowMs: now() });
    ctx.body = {
      sessions: sessions.map((session) => viewSession(session, now())),
      ...(next && { next: writeCursor({ ...next, sort: search.sort }) }),
    } satisfies SessionList;
  });

  router.get('/api/live', viewer, (ctx) => {
    refuseSomePages(shareOf(ctx), 'live events');
    ctx.type = 'text/event-stream';
    readKnownQuery(ctx, []);
    ctx.body = Readable.from(feed.events(ctx.get('last-event-id')));
  });

  router.get('/api/sessions/:id', viewer, async (ctx) => {
    readKnownQuery(ctx, []);
    const share = shareOf(ctx);
    if (share) {
      const shown = await findShared(store, share, ctx.params['id'] ?? '');
      ctx.type = 'json';
      ctx.body = Readable.from(writeSession(shown.session, shown.reader, shown.spans, now()));
      return;
    }
    const session = await findSession(ctx);
    const spans = await store.listSpans(session.id);
    ctx.type = 'json';
    const reader = await store.totals.readerIdOf(session.email);
    ctx.body = Readable.from(writeSession(session, reader, spans, now()));
  });

  router.get('/api/sessions/:id/spans', viewer, async (ctx) => {
    const { cursor: place } = readParameters(SPAN_LIST, readKnownQuery(ctx, Object.keys(SPAN_LIST)));
    const after = placeIn(place, SPAN_ORDER);
    const share = shareOf(ctx);
    if (share) {
      const { spans } = await findShared(store, share, ctx.params['id'] ?? '');
      const left = after ? spans.filter(({ startMs, id }) => isAfter({ value: startMs, id }, after)) : spans;
      ctx.body = { spans: left.slice(0, SPANS_A_PAGE).map(viewSpan), ...nextOfSpans(left) } satisfies SpanList;
      return;
    }
    const session = await findSession(ctx);
    const before = after && { startMs: after.value, id: after.id };
    const spans = await store.listSpansAfter(session.id, before, SPANS_A_PAGE + 1);
    ctx.body = { spans: spans.slice(0, SPANS_A_PAGE).map(viewSpan), ...nextOfSpans(spans) } satisfies SpanList;
  });

  // What is out of the totals is still recorded and listed.
  for (const [method, isExcluded] of [
    ['put', true],
    ['delete', false],
  ] as const)
    router[method]('/api/sessions/:id/excluded', owner, async (ctx) => {
      readKnownQuery(ctx, []);
      await store.totals.setExcluded((await findSession(ctx)).id, isExcluded);
      ctx.body = { success: true };
    });

  async function findSession(ctx: RouterContext): Promise<Session> {
    const session = await store.findSession(ctx.params['id'] ?? '');
    if (!session) throw new HttpError(404, 'There is no session with this id');
    return session;
  }
}
