// What the log never contains, even after errors: e-mail addresses, cookies, tokens, queries and session ids.
import { afterEach, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { makeSpan, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const SESSION = 'Zk3Qw8xR5tY7uI9oP1aS2d';
const OWNER = { authorization: `Bearer ${OWNER_TOKEN}` };

let app: TestApp;
afterEach(() => app.close());

it("a failing store: only the store's error", async () => {
  const fail = (): Promise<never> => Promise.reject(new Error('disk I/O error'));
  const watch = (): (() => void) => () => {};
  app = await startTestApp({}, (store) => new Proxy(store, { get: (_, name) => (name === 'watch' ? watch : fail) }));
  await app.makeSession(SESSION);
  const cookie = `session_record_id=${SESSION}`;
  const json = { 'content-type': 'application/json', cookie };
  const answers = [
    await app.send('POST', '/api/verify-temp-access?secret-query', json, '{"email":"ann@example.com"}'),
    await app.send('POST', HEARTBEAT_PATH, { cookie }),
    await app.send('POST', HEARTBEAT_PATH, { cookie }, deliveryOf(SESSION)),
    await app.send('GET', '/api/sessions?email=ann@example.com', OWNER),
    await app.send('GET', `/api/sessions/${SESSION}`, OWNER),
    await app.send('GET', '/readyz?secret-query'),
  ];
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(500);
    expect(body).not.toContain('disk I/O');
  }
  const log = app.logLines.join('');
  expect(log.match(/disk I\/O error/g)?.length).toBeGreaterThanOrEqual(6);
  for (const secret of [SESSION, 'ann@', 'example.com', 'secret-query', OWNER_TOKEN]) expect(log).not.toContain(secret);
});

it.for([
  `/api/sessions/${SESSION}`,
  `/API/Sessions/${SESSION}`,
  `/api/sessions/${SESSION}/spans`,
  `/api/session/${SESSION}`,
  `//api/sessions/${SESSION}`,
  `/./api/sessions/${SESSION}`,
  `/%61pi/sessions/${SESSION}`,
  `/%2561pi/sessions/${SESSION}`,
  `/api;x/sessions/${SESSION}`,
])('an API path, in any spelling: not the id in it (%s)', async (path) => {
  app = await startTestApp();
  await app.send('GET', path, OWNER);
  expect(app.logLines).toHaveLength(1);
  expect(app.logLines.join('')).not.toContain(SESSION);
});

it.for(['ann@example.com', 'ann%40example.com', 'ann%2540example.com', 'x/Ann@example.com/y?to=ann@example.com'])(
  'of a path that has an address in it: not the address (%s)',
  async (name) => {
    app = await startTestApp();
    for (const folder of ['/', '/confidential/', '//confidential/']) await app.send('GET', folder + name);
    expect(app.logLines).toHaveLength(3);
    expect(app.logLines.join('')).not.toMatch(/example|ann/i);
    expect(app.logLines.join('')).toContain('"path":"/confidential/');
  },
);

function deliveryOf(session: string): string {
  return JSON.stringify({ sentAt: app.clock.now, spans: [makeSpan({ session })] });
}
