// What the routes of sessions answer: parts of many spans, live events, and types. owner-api.test.ts and shares.test.ts have the rest.
import { join } from 'node:path';
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorHandler } from '../../server/http/error-handler.ts';
import { addSessionRoutes } from '../../server/sessions/routes.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { Share } from '../../server/store/shares.ts';
import type { SessionDetail, SpanList } from '../../sw/protocol/owner-api.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { startKoa } from '../helpers/start-koa.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const HOUR = 3_600_000;

let share: Pick<Share, 'pages'> | undefined;
let lastEventIds: string[];
let store: SessionStore;
let url: string;
beforeEach(async () => {
  [share, lastEventIds] = [undefined, []];
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'));
  const router = new Router();
  const viewer: Middleware = (ctx, next) => ((ctx.state['share'] = share), next());
  const events = async function* (lastEventId: string): AsyncGenerator<string> {
    lastEventIds.push(lastEventId);
    yield 'data: {}\n\n';
  };
  addSessionRoutes(router, store, { owner: viewer, viewer, feed: { events }, now: () => NOW + HOUR });
  url = await startKoa(errorHandler(pino({ level: 'silent' })), router.routes() as Middleware);
});
afterEach(() => store.close());

/** A session with this many spans of a second: at each second one of `/plan/`, and one of `/secret/`. */
async function read(count: number): Promise<string> {
  await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
  await store.record(
    Array.from({ length: count }, (_, nth) => {
      const startMs = NOW + Math.floor(nth / 2) * 1_000;
      const page = nth % 2 === 0 ? '/plan/' : '/secret/';
      const id = `s${String(nth).padStart(4, '0')}`;
      return {
        session: 'ann',
        receivedMs: NOW + HOUR,
        span: { id, page, startMs, endMs: startMs + 1_000, offsetMs: 0 },
      };
    }),
  );
  return (await store.findSession('ann'))?.ref ?? '';
}

async function get<Answer>(path: string): Promise<Answer> {
  return (await (await fetch(url + path)).json()) as Answer;
}

/** The ids of the spans in each part. */
async function walk(session: string): Promise<readonly (readonly string[])[]> {
  const parts: string[][] = [];
  for (let query: string | undefined = ''; query !== undefined;) {
    const { spans, next }: SpanList = await get(`/api/sessions/${session}/spans${query}`);
    parts.push(spans.map(({ id }) => id));
    query = next && `?cursor=${next}`;
  }
  return parts;
}

const ids = (count: number, step = 1): string[] =>
  Array.from({ length: count }, (_, nth) => `s${String(nth * step).padStart(4, '0')}`);

describe('the spans of a session come in parts of 500', () => {
  it.for([
    ['for the owner', undefined, 1],
    ['for a shared link', { pages: null }, 1],
    ['for a link that shows every other one', { pages: '/plan/' }, 2],
  ] as const)('%s', async ([, by, step]) => {
    const ref = await read(1_001 * step);
    share = by;
    const all = ids(1_001, step);
    expect(await walk(ref)).toEqual([all.slice(0, 500), all.slice(500, 1_000), all.slice(1_000)]);
    const detail = await get<SessionDetail>(`/api/sessions/${ref}`);
    expect(detail.spans.map(({ id }) => id)).toEqual(all.slice(0, 500));
    const { spans }: SpanList = await get(`/api/sessions/${ref}/spans?cursor=${detail.next}`);
    expect(spans.map(({ id }) => id)).toEqual(all.slice(500, 1_000));
  });

  it.for([undefined, { pages: null }])('and none follows where there are 500 (%o)', async (by) => {
    const ref = await read(500);
    share = by;
    expect(await walk(ref)).toEqual([ids(500)]);
  });
});

it.for([undefined, { pages: null }])('a session is JSON (%o)', async (by) => {
  const ref = await read(2);
  share = by;
  const { status, headers } = await fetch(`${url}/api/sessions/${ref}`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
});

it('live events go on after the last that a page has got', async () => {
  const response = await fetch(`${url}/api/live`, { headers: { 'last-event-id': '7' } });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(await response.text()).toBe('data: {}\n\n');
  expect(lastEventIds).toEqual(['7']);
});

it('where there is no session, the answer says so', async () => {
  for (const path of ['/api/sessions/nobody', '/api/sessions/nobody/spans'])
    expect(await get(path)).toMatchObject({ error: 'There is no session with this id' });
});
