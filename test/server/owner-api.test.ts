// The owner's API, which requires the owner's token.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchEmailAccessSessions } from '../../server/index.ts';
import type { SessionView, SpanList } from '../../sw/protocol/owner-api.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const MINUTE = 60_000;

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

interface List {
  readonly sessions: SessionView[];
  readonly next?: string;
}

async function list(query = ''): Promise<List> {
  const { body } = await app.send('GET', `/api/sessions${query}`, { authorization: `Bearer ${OWNER_TOKEN}` });
  return JSON.parse(body) as List;
}

async function make(id: string, email: string, startMs: number): Promise<void> {
  await app.store.createSession({ id, email, startMs });
}

describe('the token', () => {
  it('opens what no cache may keep', async () => {
    const { status, headers } = await app.send('GET', '/api/sessions', { authorization: `bearer ${OWNER_TOKEN}` });
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  });

  it.for([
    undefined,
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Basic ${OWNER_TOKEN}`,
    `Bearer ${OWNER_TOKEN}x`,
    OWNER_TOKEN,
    `Basic x, Bearer ${OWNER_TOKEN}`,
    `xBearer ${OWNER_TOKEN}`,
    `Bearer x Bearer ${OWNER_TOKEN}`,
  ])('%s opens nothing', async (authorization) => {
    for (const path of ['/api/sessions', '/api/sessions/ann-session']) {
      const { status, headers, body } = await app.send(
        'GET',
        path,
        authorization === undefined ? {} : { authorization },
      );
      expect([status, headers['www-authenticate'], headers['cache-control']]).toEqual([401, 'Bearer', 'no-store']);
      expect(JSON.parse(body)).toEqual({
        success: false,
        error: 'Log in at /owner, or send the header "Authorization: Bearer <OWNER_TOKEN>"',
      });
    }
  });
});

describe('the list', () => {
  it('is newest first, and empty at first', async () => {
    expect(await list()).toEqual({ sessions: [] });
    await make('first', 'ann@example.com', NOW);
    await make('second', 'bob@example.com', NOW + 1);
    expect((await list()).sessions.map(({ id }) => id)).toEqual(['second', 'first']);
    expect((await list()).sessions[0]).toEqual({
      id: 'second',
      ref: expect.stringMatching(/^[0-9a-v]{23}$/) as string,
      emailOfAccessor: 'bob@example.com',
      sessionStartTime: '2026-11-24T08:00:00.001Z',
      sessionEndTime: null,
      durationMs: 0,
      readingTimeMs: 0,
      offlineMs: 0,
      endKnownBy: null,
      state: 'away',
      currentPage: null,
      mirrored: false,
      excluded: false,
      identity: 'typed',
      measured: true,
      accessEndedTime: null,
    });
  });

  it('can be read page by page, each session once, even if many began at the same instant', async () => {
    for (let nth = 0; nth < 25; nth++) await make(`s${nth}`, 'ann@example.com', NOW + Math.floor(nth / 10));
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page: List = await list(`?pageSize=4${next ? `&cursor=${next}` : ''}`);
      seen.push(...page.sessions.map(({ id }) => id));
      ({ next } = page);
    } while (next);
    expect(seen.length).toBe(25);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toEqual((await list('?pageSize=500')).sessions.map(({ id }) => id));
  });

  it('can be filtered by e-mail address, ignoring case', async () => {
    await make('a', 'ann@example.com', NOW);
    await make('b', 'bob@example.com', NOW);
    expect((await list('?email=%20ANN@example.com')).sessions.map(({ id }) => id)).toEqual(['a']);
    expect((await list('?email=nobody@example.com')).sessions).toEqual([]);
  });

  it.for([
    'pageSize=0',
    'pageSize=501',
    'pageSize=x',
    'pageSize=',
    'pageSize=1&pageSize=2',
    'cursor=rubbish',
    'cursor=',
    'email=a&email=b',
  ])('%s gets a 400 that describes valid values', async (query) => {
    const { status, body } = await app.send('GET', `/api/sessions?${query}`, {
      authorization: `Bearer ${OWNER_TOKEN}`,
    });
    expect(status).toBe(400);
    expect((JSON.parse(body) as { error: string }).error).toMatch(new RegExp(`^${query.split('=')[0]}: m`));
  });
});

it('an unknown session gets a 404', async () => {
  const { status } = await app.send('GET', '/api/sessions/nobody', { authorization: `Bearer ${OWNER_TOKEN}` });
  expect(status).toBe(404);
});

describe('fetchEmailAccessSessions', () => {
  it('returns records like the original, newest first, for all or one e-mail address', async () => {
    await app.makeSession();
    await make('bob', 'bob@example.com', NOW + 1);
    app.clock.now = NOW + 10 * MINUTE;
    await app.deliver([makeSpan()]);
    const ann = {
      id: 'ann-session',
      recordId: null,
      fields: {
        emailOfAccessor: 'ann-session@example.com',
        sessionStartTime: '2026-11-24T08:00:00.000Z',
        sessionEndTime: '2026-11-24T08:01:00.000Z',
        readingTimeMs: MINUTE,
        pages: [{ page: '/confidential/', readingTimeMs: MINUTE }],
      },
    };
    const records = await fetchEmailAccessSessions({ store: app.store });
    expect(records).toEqual([expect.objectContaining({ id: 'bob' }) as unknown, ann]);
    expect(await fetchEmailAccessSessions({ store: app.store, email: 'Ann-Session@example.com' })).toEqual([ann]);

    // As an owner's own code used them.
    const minutes = records.reduce((sum, { fields: { sessionStartTime, sessionEndTime } }) => {
      return sum + (sessionEndTime ? (Date.parse(sessionEndTime) - Date.parse(sessionStartTime)) / MINUTE : 0);
    }, 0);
    expect(minutes).toBe(1);
  });

  it('reads beyond one page', async () => {
    for (let nth = 0; nth < 1_001; nth++) await make(`s${nth}`, 'ann@example.com', NOW);
    expect(new Set((await fetchEmailAccessSessions({ store: app.store })).map(({ id }) => id)).size).toBe(1_001);
  });
});

it('other requests are answered while a session with thousands of spans and pages is sent; spans come in parts', async () => {
  await app.makeSession();
  app.clock.now = NOW + 600 * MINUTE;
  const page = (nth: number): string => `/${String(nth).padEnd(150, 'x')}/`;
  for (let from = 0; from < 4_000; from += 200)
    await app.deliver(
      Array.from({ length: 200 }, (_, nth) => {
        const start = NOW + (from + nth) * 1_000;
        return makeSpan({ id: `s${from + nth}`, page: page(from + nth), start, end: start + 500 });
      }),
    );
  const state = { isShown: false };
  let answers = 0;
  const shown = app.session('ann-session').finally(() => (state.isShown = true));
  while (!state.isShown) {
    await app.send('GET', '/healthz');
    answers += 1;
  }
  const { spans: first, pages, visits, readingTimeMs, next: cursor } = await shown;
  expect(first).toHaveLength(500);
  const spans = [...first];
  for (let next = cursor; next !== undefined;) {
    const { body } = await app.send('GET', `/api/sessions/ann-session/spans?cursor=${next}`, {
      authorization: `Bearer ${OWNER_TOKEN}`,
    });
    const more = JSON.parse(body) as SpanList;
    spans.push(...more.spans);
    ({ next } = more);
  }
  expect(answers).toBeGreaterThan(4);
  expect(spans.map(({ id }) => id)).toEqual(Array.from({ length: 4_000 }, (_, nth) => `s${nth}`));
  expect(pages).toEqual(spans.map(({ page: name }) => ({ page: name, readingTimeMs: 500 })));
  expect(readingTimeMs).toBe(4_000 * 500);
  expect(visits).toEqual([
    { start: '2026-11-24T08:00:00.000Z', end: '2026-11-24T09:06:39.500Z', readingTimeMs: 4_000 * 500 },
  ]);
});
