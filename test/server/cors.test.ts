// Cross-origin pages are refused unless their origin is configured. Even then, they get neither cookies nor the owner's
// API.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { makeSpan, NOW, startTestApp, type TestApp } from '../helpers/test-app.ts';

const ALLOWED = 'https://site.example';
const JSON_BODY = { 'content-type': 'application/json' };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ CORS_ORIGINS: `${ALLOWED}, https://other.example` });
});
afterAll(() => app.close());

const from = (origin: string): Record<string, string> => ({ origin, 'sec-fetch-site': 'cross-site', ...JSON_BODY });
const preflight = (path: string, origin: string): ReturnType<TestApp['send']> =>
  app.send('OPTIONS', path, { ...from(origin), 'access-control-request-method': 'POST' });

describe('a configured origin', () => {
  it('can deliver, and use the gate as an API that returns the session', async () => {
    for (const path of [HEARTBEAT_PATH, '/api/verify-temp-access'])
      expect(await preflight(path, ALLOWED)).toMatchObject({
        status: 204,
        headers: { 'access-control-allow-origin': ALLOWED, 'access-control-allow-headers': 'content-type' },
      });
    const passed = await app.send('POST', '/api/verify-temp-access', from(ALLOWED), '{"email":"ann@example.com"}');
    const { session } = JSON.parse(passed.body) as { session: string };
    expect(passed.headers['access-control-allow-origin']).toBe(ALLOWED);
    const delivery = JSON.stringify({ sentAt: NOW, spans: [makeSpan({ session, end: NOW })] });
    const stored = await app.send('POST', HEARTBEAT_PATH, from(ALLOWED), delivery);
    expect([stored.status, JSON.parse(stored.body)]).toMatchObject([200, { stored: ['s'] }]);
    expect(stored.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it("has no access to the owner's API", async () => {
    const { headers } = await app.send('GET', '/api/sessions', { origin: ALLOWED });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('any other origin', () => {
  it.for(['https://evil.example', 'https://site.example.evil', 'http://site.example', 'null'])(
    'is refused: %s',
    async (origin) => {
      expect((await preflight(HEARTBEAT_PATH, origin)).headers['access-control-allow-origin']).toBeUndefined();
      const { status, headers } = await app.send('POST', HEARTBEAT_PATH, from(origin), '{}');
      expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
    },
  );
});

it('is refused if none is configured', async () => {
  const closed = await startTestApp();
  const { headers } = await closed.send('OPTIONS', HEARTBEAT_PATH, {
    ...from(ALLOWED),
    'access-control-request-method': 'POST',
  });
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(await closed.send('POST', HEARTBEAT_PATH, from(ALLOWED), '{}')).toMatchObject({ status: 403 });
  await closed.close();
});
