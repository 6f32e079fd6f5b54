// The gate's rate limit counts by the client address that the server, or its trusted proxy, has seen.
import { afterEach, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

const GRANTS_A_MINUTE = 60;

let app: TestApp;
afterEach(() => app.close());

async function submit(forwardedFor: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor };
  return (await app.send('POST', '/api/verify-temp-access', headers, '{"email":"ann@example.com"}')).status;
}

async function submitAll(forwardedFor: (nth: number) => string): Promise<number[]> {
  const statuses: number[] = [];
  for (let nth = 0; nth <= GRANTS_A_MINUTE; nth++) statuses.push(await submit(forwardedFor(nth)));
  return statuses;
}

const ONE_TOO_MANY = [...Array<number>(GRANTS_A_MINUTE).fill(200), 429];

it('ignores a forged address without a trusted proxy', async () => {
  app = await startTestApp();
  expect(await submitAll((nth) => `198.51.100.${nth}`)).toEqual(ONE_TOO_MANY);
});

it('counts each reader separately behind a trusted proxy', async () => {
  app = await startTestApp({ TRUST_PROXY: 'true' });
  expect(await submitAll(() => '203.0.113.9')).toEqual(ONE_TOO_MANY);
  expect(await submit('203.0.113.10')).toBe(200);
});

// A proxy appends the address that it saw (nginx: $proxy_add_x_forwarded_for): only the last one is reliable.
it('uses the address that the trusted proxy saw, not one that the reader put before it', async () => {
  app = await startTestApp({ TRUST_PROXY: 'true' });
  expect(await submitAll((nth) => `198.51.100.${nth}, 203.0.113.9`)).toEqual(ONE_TOO_MANY);
});

it('does not count attempts with an invalid e-mail address against others', async () => {
  app = await startTestApp();
  const headers = { 'content-type': 'application/json' };
  for (let nth = 0; nth <= GRANTS_A_MINUTE; nth++)
    await app.send('POST', '/api/verify-temp-access', headers, '{"email":"x"}');
  expect(await submit('203.0.113.9')).toBe(200);
  expect(await app.store.listSessions({ pageSize: 9 })).toHaveLength(1);
});
