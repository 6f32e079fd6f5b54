// The owner's API: sessions, newest first, and one session with its spans.
import { Readable } from 'node:stream';
import type { Router } from '@koa/router';
import * as v from 'valibot';
import type { Middleware } from 'koa';
import { HttpError } from '../http/http-error.ts';
import { readQuery } from '../http/query.ts';
import type { Cursor, SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import type { Feed } from './feed.ts';
import { viewSession } from './views.ts';
import { writeSession } from './write-session.ts';

const MAX_PAGE_SIZE = 500;

const PAGE_SIZE = `pageSize: must be a whole number, 1 to ${MAX_PAGE_SIZE}`;
const Query = v.object({
  email: v.optional(v.pipe(v.string('email: may be given once'), v.trim(), v.toLowerCase())),
  pageSize: v.optional(
    v.pipe(
      v.string(PAGE_SIZE),
      v.regex(/^\d+$/, PAGE_SIZE),
      v.transform(Number),
      v.minValue(1, PAGE_SIZE),
      v.maxValue(MAX_PAGE_SIZE, PAGE_SIZE),
    ),
    '50',
  ),
  cursor: v.optional(
    v.pipe(
      v.string(),
      v.transform(readCursor),
      v.check((cursor) => cursor !== undefined, 'cursor: must be the "next" of an earlier answer'),
    ),
  ),
});

export interface SessionRouteParts {
  /** The check before each route. */
  readonly owner: Middleware;
  readonly feed: Pick<Feed, 'events'>;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addSessionRoutes(router: Router, store: SessionStore, { owner, feed, now }: SessionRouteParts): void {
  router.get('/api/sessions', owner, async (ctx) => {
    const query = v.safeParse(Query, readQuery(ctx, ['email', 'pageSize', 'cursor']));
    if (!query.success) throw new HttpError(400, query.issues.map(({ message }) => message).join('; '));
    const { email, pageSize, cursor } = query.output;
    // The extra row shows whether there is a next page.
    const found = await store.listSessions({ email, pageSize: pageSize + 1, after: cursor });
    const shown = found.slice(0, pageSize);
    const last = shown.at(-1);
    ctx.body = {
      sessions: shown.map((session) => viewSession(session, now())),
      ...(last && found.length > pageSize && { next: writeCursor(last) }),
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

function writeCursor({ startMs, id }: Session): string {
  return Buffer.from(`${startMs}.${id}`).toString('base64url');
}

function readCursor(text: string): Cursor | undefined {
  const [, startMs, id] =
    Buffer.from(text, 'base64url')
      .toString()
      .match(/^(\d{1,15})\.([\w-]+)$/) ?? [];
  return startMs && id ? { startMs: Number(startMs), id } : undefined;
}
