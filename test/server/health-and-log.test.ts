// What those who watch over the server see, and what never stands in the log.
import { afterEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
afterEach(() => app.close());

/** A disk that is full, or gone: the real one can't be made to fail on command. */
const brokenStore = (store: SessionStore): SessionStore =>
  Object.assign(store, {
    record: () => Promise.reject(new Error('disk I/O error: /secret/place')),
    listSessions: () => Promise.reject(new Error('no such column: secret_detail')),
    check: () => Promise.reject(new Error('gone')),
  });

describe('health', () => {
  it('of a server that works', async () => {
    app = await startTestApp();
    expect(await app.send('GET', '/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await app.send('GET', '/readyz')).toMatchObject({
      status: 200,
      body: '{"status":"ready","store":"ok","nocodb":"off"}',
    });
  });

  it('of one whose store does not answer: it lives, but is not ready', async () => {
    app = await startTestApp({}, brokenStore);
    expect(await app.send('GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await app.send('GET', '/readyz')).toMatchObject({ status: 503 });
  });
});

describe('what NocoDB says', () => {
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

  it('is told to the owner alone: others hear that there is trouble', async () => {
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
  it('is a 503 that names a time, and acknowledges nothing', async () => {
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

describe('an address that is not there', () => {
  it('is a 404, and a wrong method a 405', async () => {
    app = await startTestApp();
    expect((await app.send('GET', '/api/nothing')).status).toBe(404);
    expect((await app.send('GET', HEARTBEAT_PATH)).status).toBe(405);
    expect((await app.send('POST', '/api/nothing')).status).toBe(404);
  });
});

describe('the log', () => {
  it('has a line for each request, and no address, cookie, session or query in it', async () => {
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
