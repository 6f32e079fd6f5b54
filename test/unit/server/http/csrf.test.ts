// Who may post. With the whole application: test/server/csrf.test.ts.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { csrf, sameOriginOnly } from '../../../../server/http/csrf.ts';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const PUBLIC = 'https://site.example';
const FRIEND = 'https://friend.example';

type Rules = Parameters<typeof csrf>;

async function ask(rules: Rules, init: RequestInit | ((own: string) => RequestInit)): Promise<[number, unknown]> {
  const url = await startKoa(errorHandler(pino({ level: 'silent' })), csrf(...rules), (ctx) => {
    ctx.body = { success: true };
  });
  const response = await fetch(url, typeof init === 'function' ? init(url) : init);
  return [response.status, init instanceof Object && response.status !== 204 ? await response.json() : undefined];
}

const post = (headers: Record<string, string>): RequestInit => ({ method: 'POST', headers });
const taken = [200, { success: true }];
const refused = [403, { success: false, error: 'Cross-site requests are not allowed' }];

describe('a post', () => {
  it('comes from the public origin, where a proxy hides it', async () => {
    expect(await ask([PUBLIC, []], post({ origin: PUBLIC }))).toEqual(taken);
    // The host by which the proxy calls the server is none of the site's.
    expect(await ask([PUBLIC, []], (own) => post({ origin: own }))).toEqual(refused);
    expect(await ask([undefined, []], (own) => post({ origin: own }))).toEqual(taken);
    expect(await ask([undefined, []], post({ origin: PUBLIC }))).toEqual(refused);
  });

  it.for(['DELETE', 'PUT', 'PATCH'])('is not the only method that needs its own site: %s', async (method) => {
    expect(await ask([PUBLIC, []], { method, headers: { origin: FRIEND } })).toEqual(refused);
    expect(await ask([PUBLIC, []], { method, headers: { origin: PUBLIC } })).toEqual(taken);
  });

  it('comes from a site that the owner has named, whatever Fetch Metadata calls it', async () => {
    expect(await ask([PUBLIC, [FRIEND]], post({ origin: FRIEND, 'sec-fetch-site': 'cross-site' }))).toEqual(taken);
    expect(await ask([PUBLIC, [FRIEND]], post({ origin: FRIEND }))).toEqual(taken);
    expect(await ask([PUBLIC, []], post({ origin: FRIEND }))).toEqual(refused);
    expect(await ask([PUBLIC, []], post({ 'sec-fetch-site': 'cross-site' }))).toEqual(refused);
  });

  it.for(['same-origin', 'none'])('is believed to be our own when the browser says %s', async (site) => {
    expect(await ask([PUBLIC, []], post({ 'sec-fetch-site': site, origin: 'null' }))).toEqual(taken);
  });

  it('from no page at all is taken', async () => {
    expect(await ask([PUBLIC, []], post({}))).toEqual(taken);
  });
});

it.for(['GET', 'OPTIONS'])('a link from another site is welcome: %s', async (method) => {
  expect(await ask([PUBLIC, []], { method, headers: { 'sec-fetch-site': 'cross-site', origin: FRIEND } })).toEqual(
    taken,
  );
});

it('a link from another site is welcome: HEAD', async () => {
  const url = await startKoa(csrf(PUBLIC, []), (ctx) => {
    ctx.body = 'x';
  });
  const { status } = await fetch(url, { method: 'HEAD', headers: { 'sec-fetch-site': 'cross-site' } });
  expect(status).toBe(200);
});

describe('what is only for the own pages', () => {
  async function read(headers: Record<string, string>, publicOrigin: string | undefined = PUBLIC): Promise<unknown> {
    const url = await startKoa(errorHandler(pino({ level: 'silent' })), sameOriginOnly(publicOrigin), (ctx) => {
      ctx.body = { success: true };
    });
    return (await fetch(url, { headers })).json();
  }
  const hidden = { success: false, error: 'Requests of other sites are not allowed' };

  it.for<[Record<string, string>, unknown]>([
    [{}, { success: true }],
    [{ origin: PUBLIC }, { success: true }],
    [{ 'sec-fetch-site': 'same-origin' }, { success: true }],
    [{ 'sec-fetch-site': 'none' }, { success: true }],
    [{ origin: FRIEND }, hidden],
    [{ 'sec-fetch-site': 'cross-site' }, hidden],
    [{ 'sec-fetch-site': 'same-site', origin: PUBLIC }, hidden],
  ])('is read by a GET with %j: %j', async ([headers, answer]) => {
    expect(await read(headers)).toEqual(answer);
  });
});
