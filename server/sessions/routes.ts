// The owner's API: the list of sessions, and one session with its spans.
import { Readable } from 'node:stream';
import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Feed } from './feed.ts';
import { writeCursor } from './parameters.ts';
import { readSessionList, SESSION_LIST } from './session-search.ts';
import { viewSession } from './views.ts';
import { writeSession } from './write-session.ts';

export interface SessionRouteParts {
  /** The check before each route. */
  readonly owner: Middleware;
  readonly feed: Pick<Feed, 'events'>;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addSessionRoutes(router: Router, store: SessionStore, { owner, feed, now }: SessionRouteParts): void {
  router.get('/api/sessions', owner, async (ctx) => {
    const search = readSessionList(readKnownQuery(ctx, Object.keys(SESSION_LIST)));
    const { sessions, next } = await store.searchSessions({ ...search, nowMs: now() });
    ctx.body = {
      sessions: sessions.map((session) => viewSession(session, now())),
      ...(next && { next: writeCursor({ ...next, sort: search.sort }) }),
    };
  });

  router.get('/api/live', owner, (ctx) => {
    ctx.type = 'text/event-stream';
    ctx.body = Readable.from(feed.events());
  });

  router.get('/api/sessions/:id', owner, async (ctx) => {
    const session = await store.findSession(ctx.params['id'] ?? '');
    if (!session) throw new HttpError(404, 'There is no session with this id');
    const spans = await store.listSpans(session.id);
    ctx.type = 'json';
    ctx.body = Readable.from(writeSession(session, spans, now()));
  });
}
