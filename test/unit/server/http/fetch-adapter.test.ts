// A Node handler in a server of Fetch's kind: the request as Node has it, the response as Fetch has it, nothing read too early.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchHandler } from '../../../../server/http/fetch-adapter.ts';
import type { NodeHandler } from '../../../../server/http/node-adapter.ts';

const SITE = 'https://site.example';
const host = (): Response => new Response('host', { status: 202, statusText: 'Taken', headers: { 'x-host': 'yes' } });

const ask = (
  handle: NodeHandler,
  request: Request = new Request(SITE),
  next: () => Promise<Response> | Response = host,
  address?: string,
): Promise<Response> => fetchHandler(handle)(request, next, address);

describe('the request', () => {
  const look = async (request: Request, address?: string): Promise<IncomingMessage> => {
    let seen: IncomingMessage | undefined;
    await ask(
      (incoming, outgoing) => {
        seen = incoming;
        outgoing.end();
      },
      request,
      host,
      address,
    );
    return seen as IncomingMessage;
  };

  it('has method, target, host and headers as they came', async () => {
    const request = new Request(`${SITE}:8443/a%20b?c=d`, { method: 'PUT', headers: { 'X-Own': 'yes' } });
    expect(await look(request, '192.0.2.1')).toMatchObject({
      method: 'PUT',
      url: '/a%20b?c=d',
      httpVersion: '1.1',
      headers: { host: 'site.example:8443', 'x-own': 'yes' },
      socket: { remoteAddress: '192.0.2.1', encrypted: true, writable: true },
    });
  });

  it('is not encrypted on plain http, and is local where no address is told', async () => {
    expect(await look(new Request('http://site.example/'))).toMatchObject({
      socket: { remoteAddress: '127.0.0.1', encrypted: false },
    });
  });

  it('says that it has a body when it has one', async () => {
    const withBody = await look(new Request(SITE, { method: 'POST', body: 'x' }));
    expect(withBody.headers['transfer-encoding']).toBe('chunked');
    expect((await look(new Request(SITE))).headers).not.toHaveProperty('transfer-encoding');
  });

  it('keeps the host that its own headers name', async () => {
    const named = new Request(SITE, { headers: { host: 'named.example' } });
    expect((await look(named)).headers.host).toBe('named.example');
  });

  it('gives its body to who reads it, as bytes', async () => {
    const chunks: unknown[] = [];
    const read = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
      for await (const chunk of incoming) chunks.push(chunk);
      outgoing.end();
    };
    await ask(
      (incoming, outgoing) => void read(incoming, outgoing),
      new Request(SITE, { method: 'POST', body: 'a body' }),
    );
    expect(chunks.every((chunk) => Buffer.isBuffer(chunk))).toBe(true);
    expect(Buffer.concat(chunks as Buffer[]).toString()).toBe('a body');
  });

  it('without a body ends at once', async () => {
    let bytes = 0;
    const read = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
      for await (const chunk of incoming) bytes += (chunk as Buffer).length;
      outgoing.end('read');
    };
    const response = await ask((incoming, outgoing) => void read(incoming, outgoing));
    expect([await response.text(), bytes]).toEqual(['read', 0]);
  });

  it('whose body breaks off is no error of the process, whoever listens', async () => {
    const response = await ask((incoming, outgoing) => {
      incoming.emit('error', new Error('broken off'));
      outgoing.end('answered');
    });
    expect(await response.text()).toBe('answered');
  });

  it('whose body nobody reads is cancelled once there is an answer', async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      pull: (to) => to.enqueue(new Uint8Array(1_000)),
      cancel: () => {
        isCancelled = true;
      },
    });
    const request = new Request(SITE, { method: 'POST', body, duplex: 'half' } as RequestInit);
    const response = await ask((incoming, outgoing) => {
      incoming.once('data', () => outgoing.writeHead(413).end('too much'));
    }, request);
    expect([response.status, await response.text()]).toEqual([413, 'too much']);
    await expect.poll(() => isCancelled).toBe(true);
  });
});

describe('the response', () => {
  const answer = (write: (outgoing: ServerResponse) => void, init: RequestInit = {}): Promise<Response> =>
    ask((_incoming, outgoing) => write(outgoing), new Request(SITE, init));

  it('is 200 unless told otherwise, with the text of its status', async () => {
    const plain = await answer((outgoing) => outgoing.end('x'));
    expect([plain.status, plain.statusText, await plain.text()]).toEqual([200, 'OK', 'x']);
    const missing = await answer((outgoing) => outgoing.writeHead(404).end());
    expect([missing.status, missing.statusText]).toEqual([404, 'Not Found']);
    const own = await answer((outgoing) => {
      outgoing.statusMessage = 'Gone fishing';
      outgoing.end();
    });
    expect(own.statusText).toBe('Gone fishing');
    const odd = await answer((outgoing) => outgoing.writeHead(299).end());
    expect([odd.status, odd.statusText]).toEqual([299, '']);
  });

  it('has each header by any spelling of its name, lists one by one, and none that is gone again', async () => {
    const response = await answer((outgoing) => {
      outgoing.setHeader('X-One', 1).setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('X-Gone', 'x');
      outgoing.removeHeader('x-GONE');
      expect(outgoing.getHeader('x-oNE')).toBe(1);
      expect([outgoing.hasHeader('X-ONE'), outgoing.hasHeader('x-gone')]).toEqual([true, false]);
      expect(outgoing.getHeaders()).toEqual({ 'x-one': 1, 'set-cookie': ['a=1', 'b=2'] });
      expect(outgoing.getHeaderNames()).toEqual(['x-one', 'set-cookie']);
      outgoing.writeHead(201, { 'X-Two': 'two' }).end();
    });
    expect(response.status).toBe(201);
    expect([response.headers.get('x-one'), response.headers.get('x-two')]).toEqual(['1', 'two']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('says nothing of a connection, which is not its own', async () => {
    const response = await answer((outgoing) => {
      for (const name of ['Connection', 'Keep-Alive', 'Transfer-Encoding']) outgoing.setHeader(name, 'x');
      outgoing.end();
    });
    expect([...response.headers]).toEqual([]);
  });

  it('comes with the first bytes, before the last are there', async () => {
    let end = (): void => {};
    let seen: boolean[] = [];
    const response = await answer((outgoing) => {
      outgoing.write('first ');
      end = () => outgoing.end('last');
      seen = [outgoing.headersSent, outgoing.writableFinished, outgoing.finished];
    });
    expect(seen).toEqual([true, false, false]);
    end();
    expect(await response.text()).toBe('first last');
  });

  it('of many chunks is read to its end', async () => {
    const chunks = Array.from({ length: 50 }, () => Buffer.alloc(50_000));
    const toWeb = vi.spyOn(Readable, 'toWeb');
    onTestFinished(() => toWeb.mockRestore());
    const response = await answer((outgoing) => Readable.from(chunks).pipe(outgoing));
    expect((await response.arrayBuffer()).byteLength).toBe(50 * 50_000);
    // Another stream of the same body would keep what nobody reads in memory.
    expect(toWeb).toHaveBeenCalledTimes(1);
  });

  it('knows when it has ended', async () => {
    const seen: boolean[] = [];
    await answer((outgoing) => {
      seen.push(outgoing.headersSent, outgoing.finished);
      outgoing.end();
      seen.push(outgoing.headersSent, outgoing.finished);
    });
    expect(seen).toEqual([false, false, true, true]);
  });

  it('can send its headers alone, once', async () => {
    const response = await answer((outgoing) => {
      outgoing.setHeader('x-one', '1');
      outgoing.flushHeaders();
      outgoing.setHeader('x-late', '1');
      outgoing.end('body');
    });
    expect([response.headers.has('x-one'), response.headers.has('x-late')]).toEqual([true, false]);
    expect(await response.text()).toBe('body');
  });

  it.for([204, 205, 304])('of the status %i has no body', async (status) => {
    const response = await answer((outgoing) => outgoing.writeHead(status).end());
    expect([response.status, response.body]).toEqual([status, null]);
  });

  it('to HEAD has no body, however much is written, and ends', async () => {
    let isEnded = false;
    const response = await answer(
      (outgoing) => {
        Readable.from([Buffer.alloc(100_000), Buffer.alloc(100_000), Buffer.alloc(100_000)])
          .pipe(outgoing)
          .on('end', () => (isEnded = true));
      },
      { method: 'HEAD' },
    );
    expect([response.status, response.body]).toEqual([200, null]);
    await expect.poll(() => isEnded).toBe(true);
  });
});

describe("the host's response", () => {
  it('keeps body, status and headers, and is given ours', async () => {
    const response = await ask((_incoming, outgoing, next) => {
      outgoing.setHeader('X-Ours', 'yes');
      outgoing.setHeader('Connection', 'close');
      next();
    });
    expect([response.status, response.statusText, await response.text()]).toEqual([202, 'Taken', 'host']);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/plain;charset=UTF-8',
      'x-host': 'yes',
      'x-ours': 'yes',
    });
  });

  it.for([
    ['public, max-age=600', 'private, no-cache'],
    ['No-Store', 'No-Store'],
    ['', 'private, no-cache'],
  ])('may forbid storing more strictly than we (%j), not less', async ([hosts, both]) => {
    const response = await ask(
      (_incoming, outgoing, next) => {
        outgoing.setHeader('Cache-Control', 'private, no-cache');
        next();
      },
      undefined,
      () => new Response('x', { headers: hosts ? { 'cache-control': hosts } : {} }),
    );
    expect(response.headers.get('cache-control')).toBe(both);
  });

  it('that forbids storing does not keep other headers of ours out', async () => {
    const response = await ask(
      (_incoming, outgoing, next) => {
        outgoing.setHeader('X-Note', 'ours');
        next();
      },
      undefined,
      () => new Response('x', { headers: { 'x-note': 'no-store', 'cache-control': 'no-store' } }),
    );
    expect(response.headers.get('x-note')).toBe('ours');
  });

  it('has its policy and ours: both hold', async () => {
    const response = await ask(
      (_incoming, outgoing, next) => {
        outgoing.setHeader('Content-Security-Policy', "frame-ancestors 'self'");
        next();
      },
      undefined,
      () => new Response('x', { headers: { 'content-security-policy': "default-src 'self'" } }),
    );
    expect(response.headers.get('content-security-policy')).toBe("default-src 'self', frame-ancestors 'self'");
  });

  it('that fails is the failure, and so is an error of ours', async () => {
    const failing = ask(
      (_incoming, _outgoing, next) => next(),
      undefined,
      () => Promise.reject(new Error('host')),
    );
    await expect(failing).rejects.toThrow('host');
    await expect(ask((_incoming, _outgoing, next) => next(new Error('ours')))).rejects.toThrow('ours');
  });
});
