// Health checks for monitoring, and what the log must never contain.
import { afterEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
afterEach(() => app.close());

/** A full or missing disk: the real store can't be made to fail on command. */
const brokenStore = (store: SessionStore): SessionStore =>
  Object.assign(store, {
    record: () => Promise.reject(new Error('disk I/O error: /secret/place')),
    searchSessions: () => Promise.reject(new Error('no such column: secret_detail')),
    check: () => Promise.reject(new Error('gone')),
  });

describe('health', () => {
  it('of a working server', async () => {
    app = await startTestApp();
    expect(await app.send('GET', '/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await app.send('GET', '/readyz')).toMatchObject({
      status: 200,
      body: '{"status":"ready","store":"ok","nocodb":"off"}',
    });
  });

  it('of one without a working store: alive, but not ready', async () => {
    app = await startTestApp({}, brokenStore);
    expect(await app.send('GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await app.send('GET', '/readyz')).toMatchObject({ status: 503 });
  });
});

describe("NocoDB's error", () => {
  const mirror = {
    status: () => ({
      trouble: 'getaddrinfo ENOTFOUND nocodb.internal.example',
      requests: 1,
      waiting: 7,
      oldestWaitingMs: NOW,
      nextRequestAtMs: undefined,
      leftOut: ['the field readingTime takes no numbers'],
    }),
  };

  it('is shown only to the owner; others see that there is a problem', async () => {
    app = await startTestApp({}, undefined, undefined, mirror);
    const said = async (headers = {}): Promise<string> => (await app.send('GET', '/readyz', headers)).body;
    expect(JSON.parse(await said())).toEqual({ status: 'ready', store: 'ok', nocodb: 'trouble' });
    expect(await said({ authorization: `Bearer ${OWNER_TOKEN}x` })).not.toContain('internal');
    expect(JSON.parse(await said({ authorization: `Bearer ${OWNER_TOKEN}` }))).toMatchObject({
      nocodb: expect.stringContaining('nocodb.internal.example') as unknown,
      waiting: 7,
      oldestWaiting: new Date(NOW).toISOString(),
      nextRequestAt: null,
      leftOut: ['the field readingTime takes no numbers'],
    });
  });
});

describe('a store that fails', () => {
  it('gives a 503 with Retry-After, and acknowledges nothing', async () => {
    app = await startTestApp({}, brokenStore);
    await app.makeSession();
    const body = JSON.stringify({ sentAt: app.clock.now, spans: [makeSpan()] });
    for (const answer of [
      await app.send('POST', HEARTBEAT_PATH, {}, body),
      await app.send('POST', HEARTBEAT_PATH, { cookie: 'session_record_id=ann-session' }),
    ]) {
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(JSON.parse(answer.body)).toEqual({
        success: false,
        error: 'The store is not available; send it again later',
      });
    }
  });

  it('has its details in the log, and not in the answer', async () => {
    app = await startTestApp({}, brokenStore);
    const { status, body } = await app.send('GET', '/api/sessions', { authorization: `Bearer ${OWNER_TOKEN}` });
    expect([status, JSON.parse(body)]).toEqual([500, { success: false, error: 'Internal server error' }]);
    expect(app.logLines.join()).toContain('secret_detail');
  });
});

describe('an unknown path', () => {
  it('is a 404, and a wrong method a 405', async () => {
    app = await startTestApp();
    expect((await app.send('GET', '/api/nothing')).status).toBe(404);
    expect((await app.send('GET', HEARTBEAT_PATH)).status).toBe(405);
    expect((await app.send('POST', '/api/nothing')).status).toBe(404);
  });
});

describe('the log', () => {
  it('says of each request when it was answered, in epoch milliseconds, and how, also of one that was refused', async () => {
    app = await startTestApp();
    const beganMs = Date.now();
    await app.send('GET', '/');
    await app.send('GET', '/api/sessions');
    await app.send('POST', '/api/verify-temp-access', { 'sec-fetch-site': 'cross-site' });
    const lines = app.logLines.map((line) => JSON.parse(line) as { time: number; path: string; status: number });
    expect(lines).toMatchObject([
      { path: '/', status: 200 },
      { path: '/api/sessions', status: 401 },
      { path: '/api/verify-temp-access', status: 403 },
    ]);
    for (const { time } of lines) expect(time >= beganMs && time <= Date.now()).toBe(true);
  });

  it('has a line per request, without addresses, cookies, sessions or queries', async () => {
    app = await startTestApp();
    const json = { 'content-type': 'application/json' };
    const gate = await app.send('POST', '/api/verify-temp-access', json, '{"email":"ann@example.com"}');
    const cookie = (gate.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    const [session] = await app.store.listSessions({ pageSize: 1 });
    const id = session?.id ?? '';
    const owner = { authorization: `Bearer ${OWNER_TOKEN}` };
    await app.send('POST', '/api/verify-temp-access', json, '{"email":"ann@bad"}');
    await app.send('GET', '/access?next=/confidential/?secret-query=1', { cookie });
    await app.send('GET', '/confidential/?secret-query=1', { cookie });
    await app.send('POST', HEARTBEAT_PATH, { cookie });
    await app.deliver([makeSpan({ session: id })]);
    await app.send('POST', HEARTBEAT_PATH, { cookie }, '{"email":"ann@example.com"');
    await app.send('GET', '/api/sessions?email=ann@example.com', owner);
    await app.send('GET', `/api/sessions/${id}`, owner);
    await app.send('GET', `/api/sessions/${id}`);
    await app.send('DELETE', `/api/sessions/${id}`, owner);
    await app.send('GET', `/api/sessions/${id}/x`, owner);

    const log = app.logLines.join('');
    expect(app.logLines).toHaveLength(12);
    expect(log).toContain('"path":"/api/sessions/:id"');
    for (const secret of [
      'ann@',
      'example.com',
      id,
      'secret-query',
      OWNER_TOKEN,
      ...cookie.split(/[=;.]\s*/).filter((part) => part.length > 18),
    ])
      expect(log).not.toContain(secret);
  });
});
