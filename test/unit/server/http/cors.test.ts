// What pages of other sites are told. With the whole application: test/server/cors.test.ts.
import { describe, expect, it } from 'vitest';
import { cors } from '../../../../server/http/cors.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const OWNERS = 'https://site.example';

async function ask(origins: readonly string[], init: RequestInit, path = '/api/beat'): Promise<[number, Headers]> {
  const url = await startKoa(cors(origins, /^\/api\/beat$/), (ctx) => {
    ctx.body = 'answered';
  });
  const { status, headers } = await fetch(url + path, init);
  return [status, headers];
}

const preflight = (origin: string): RequestInit => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': 'POST' },
});

describe('a site that was named', () => {
  it('may post JSON, which its browser need not ask again for a day', async () => {
    const [status, headers] = await ask([OWNERS], preflight(OWNERS));
    expect(status).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': OWNERS,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '86400',
    });
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('reads the answer', async () => {
    const [status, headers] = await ask([OWNERS], { method: 'POST', headers: { origin: OWNERS } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, OWNERS]);
  });

  it('has nothing to ask of other paths', async () => {
    const [status, headers] = await ask([OWNERS], { headers: { origin: OWNERS } }, '/api/other');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
    expect(headers.get('vary')).toBeNull();
  });
});

it.for<[string, readonly string[]]>([
  ['https://evil.example', [OWNERS]],
  ['', [OWNERS]],
  [OWNERS, []],
])('the site %j is told nothing where %j was named', async ([origin, origins]) => {
  const [status, headers] = await ask(origins, { method: 'POST', headers: origin ? { origin } : {} });
  expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
  // Where nobody was named, answers don't differ by origin.
  expect(headers.has('vary')).toBe(origins.length > 0);
});
