// The API token is sent only to what lies under NOCODB_URL, whatever that answers, and never appears in a message.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NocoClient } from '../../server/nocodb/client.ts';
import { RequestBudget } from '../../server/nocodb/request-budget.ts';
import type { Notes } from '../../server/store/notes.ts';

const TOKEN = 'nc-token-AbC.123456789';

interface Stub {
  readonly url: string;
  readonly requests: IncomingMessage[];
  readonly server: Server;
}

/** Answers each request with the result of `answer`, or with an empty list of tables. */
async function serve(
  answer: (request: IncomingMessage) => { status: number; location?: string; body?: string } | undefined,
): Promise<Stub> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const { status = 200, location, body = '{"list":[]}' } = answer(request) ?? {};
    response.writeHead(status, { 'content-type': 'application/json', ...(location !== undefined && { location }) });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, server };
}

const stubs: Stub[] = [];
let elsewhere: Stub;
beforeEach(async () => {
  elsewhere = await start(() => undefined);
});
afterEach(() => {
  for (const { server } of stubs.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function start(answer: Parameters<typeof serve>[0]): Promise<Stub> {
  const stub = await serve(answer);
  stubs.push(stub);
  return stub;
}

function connect({ url }: { url: string }, token = TOKEN): NocoClient {
  const config = {
    url,
    token,
    baseId: 'base',
    table: 't',
    requestsPerSecond: 1_000,
    requestsPerMonth: 0,
    freshnessMs: 10,
  };
  return new NocoClient(config, new RequestBudget({} as Notes, 0, Date.now), new AbortController().signal);
}

describe.each([301, 302, 303, 307, 308])('a redirect by %s', (status) => {
  it('to another origin is never followed, and the message names that origin', async () => {
    const noco = await start(({ url }) => ({ status, location: `${elsewhere.url}${url}?token=${TOKEN}` }));
    const client = connect(noco);
    for (const answer of [
      await client.listTables(),
      await client.create('table', [{ a: 'reader@example.com' }]),
      await client.update('table', [{ id: 1, fields: {} }]),
    ]) {
      expect(answer).toMatchObject({ type: 'redirected' });
      expect(JSON.stringify(answer)).toContain(elsewhere.url);
      expect(JSON.stringify(answer)).not.toContain(TOKEN);
    }
    expect(elsewhere.requests).toEqual([]);
  });

  it('within the origin is followed for a GET', async () => {
    const noco = await start(({ url }) =>
      url?.startsWith('/noco/') ? undefined : { status, location: `/noco${url}` },
    );
    expect(await connect(noco).listTables()).toEqual({ type: 'ok', value: { list: [] } });
    expect(noco.requests.map(({ headers }) => headers['xc-token'])).toEqual([TOKEN, TOKEN]);
  });
});

describe('a redirect', () => {
  it.each([
    [307, ['POST', 'POST']],
    [308, ['POST', 'POST']],
    [301, ['POST']],
    [302, ['POST']],
    [303, ['POST']],
  ])('by %s within the origin never changes the method of a write', async (status, methods) => {
    const noco = await start(({ url }) =>
      url?.startsWith('/noco/') ? { status: 200, body: '{"records":[]}' } : { status, location: `/noco${url}` },
    );
    const answer = await connect(noco).create('table', [{}]);
    expect(noco.requests.map(({ method }) => method)).toEqual(methods);
    expect(answer.type).toBe(methods.length > 1 ? 'ok' : 'redirected');
  });

  it('that leaves the origin at the second hop is not followed further', async () => {
    const noco = await start(({ url }) => ({
      status: 307,
      location: url?.startsWith('/noco/') ? elsewhere.url : `/noco${url}`,
    }));
    expect((await connect(noco).listTables()).type).toBe('redirected');
    expect(elsewhere.requests).toEqual([]);
  });

  it.each(['/api/v3/meta/bases/base/tables', '//', 'http://[', 'file:///etc/passwd', undefined])(
    'in circles or to nowhere (%s) ends with a reason',
    async (location) => {
      const noco = await start(() => ({ status: 308, ...(location !== undefined && { location }) }));
      expect(await connect(noco).listTables()).toMatchObject({
        type: 'redirected',
        message: expect.stringContaining('NOCODB_URL') as unknown,
      });
      expect(noco.requests.length).toBeLessThanOrEqual(4);
    },
  );
});

describe('NocoDB under a path of its host', () => {
  it('is asked there, and may redirect there', async () => {
    const noco = await start(({ url }) =>
      url?.startsWith('/shared/noco/v2/') ? undefined : { status: 308, location: '/shared/noco/v2/tables' },
    );
    expect((await connect({ url: `${noco.url}/shared/noco` }).listTables()).type).toBe('ok');
    expect(noco.requests.map(({ url }) => url)).toEqual([
      '/shared/noco/api/v3/meta/bases/base/tables',
      '/shared/noco/v2/tables',
    ]);
  });

  it.each(['/wiki', '/shared/noco', '/shared/nocodb-too/', '/shared/noco/../wiki', '/shared/noco/%2e%2e/wiki'])(
    'shows the token to no other app of the host (%s)',
    async (location) => {
      const noco = await start(() => ({ status: 307, location }));
      expect((await connect({ url: `${noco.url}/shared/noco` }).listTables()).type).toBe('redirected');
      expect(noco.requests).toHaveLength(1);
    },
  );
});

describe('a message', () => {
  it('of NocoDB is shown shortened, without token, e-mail addresses and control characters', async () => {
    const message = `no \u001B[31m ${TOKEN} ${encodeURIComponent(TOKEN)} ${TOKEN.toUpperCase()} reader@example.com a%40b.org ${'long '.repeat(1_000)}`;
    const noco = await start(() => ({ status: 422, body: JSON.stringify({ message }) }));
    const answer = await connect(noco).listTables();
    expect(answer.type).toBe('refused');
    const shown = answer.type === 'ok' ? '' : answer.message;
    expect(shown).toMatch(/^HTTP 422: no /);
    expect(shown).not.toMatch(/nc-token|example|b\.org|\p{Cc}/iu);
    expect(shown.length).toBeLessThan(350);
  });

  it('that repeats sent values is shown without personal data', async () => {
    const sent = 'reader-session-0123456789';
    const noco = await start(({ url }) => ({
      status: 422,
      body: JSON.stringify({ message: `Invalid ${url} ${sent}` }),
    }));
    const client = connect(noco);
    for (const answer of [
      await client.find('table', 'f1', [sent]),
      await client.create('table', [{ f1: sent }]),
      await client.update('table', [{ id: 1, fields: { f1: sent } }]),
    ])
      expect(JSON.stringify(answer)).toMatch(/^(?!.*reader-session).*Invalid/);
  });

  it('of the runtime about a token that is invalid in a header is shown without the token', async () => {
    const answer = await connect(elsewhere, `${TOKEN}\u0001`).listTables();
    expect(answer.type).toBe('unavailable');
    expect(JSON.stringify(answer)).not.toContain(TOKEN);
  });
});
