// A middleware in a server of Node's kind: what it doesn't answer goes on, what it throws goes on as the error.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Middleware } from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeHandler } from '../../../../server/http/node-adapter.ts';

interface Seen {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

async function see(middleware: Middleware, headers: Record<string, string> = {}, trustProxy = false): Promise<Seen> {
  const handle = nodeHandler(middleware, trustProxy);
  const server = createServer((request, response) =>
    handle(request, response, (error) => {
      if (error) response.statusCode = 500;
      response.end(error instanceof Error ? `host: ${error.message}` : `host: ${response.statusCode}`);
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

describe('a request', () => {
  it('that the middleware answers does not reach the host', async () => {
    const seen = await see((ctx) => {
      ctx.status = 201;
      ctx.body = 'ours';
    });
    expect(seen).toMatchObject({ status: 201, body: 'ours' });
  });

  it('that it knows nothing of is its own 404, and does not reach the host', async () => {
    expect(await see(() => {})).toMatchObject({ status: 404, body: 'Not Found' });
  });

  it('that goes on has the headers that were set, and no status yet', async () => {
    const seen = await see(async (ctx, next) => {
      ctx.set('x-ours', 'yes');
      await next();
    });
    expect(seen).toMatchObject({ status: 200, body: 'host: 200' });
    expect(seen.headers.get('x-ours')).toBe('yes');
  });

  it('that fails reaches the host with the error', async () => {
    expect(await see(() => Promise.reject(new Error('it broke')))).toMatchObject({
      status: 500,
      body: 'host: it broke',
    });
  });
});

describe('the address of the client', () => {
  const tell: Middleware = (ctx) => {
    ctx.body = ctx.ip;
  };
  const forwarded = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };

  it('is the one that the trusted proxy saw, not one that was sent to it', async () => {
    expect((await see(tell, forwarded, true)).body).toBe('203.0.113.9');
  });

  it('is the connection where no proxy is trusted', async () => {
    expect((await see(tell, forwarded)).body).toMatch(/127\.0\.0\.1$/);
  });
});
