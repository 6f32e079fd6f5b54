// A Koa middleware for servers that aren't Koa (the only user of light-my-request: it plays Node's side of a request that
// never was on a wire, socket and all, which Koa asks for).
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Middleware } from 'koa';
import { inject } from 'light-my-request';

const OF_CONNECTION: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding'];

export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
export type FetchHandler = (
  request: Request,
  next: () => Promise<Response> | Response,
  clientAddress?: string,
) => Promise<Response>;

/** What the middleware lets pass goes on to `next`, with the headers that it has set; errors, too. */
export function nodeHandler(middleware: Middleware, trustProxy: boolean): NodeHandler {
  /** What was let pass, with the error if there was one. */
  const passed = new WeakMap<IncomingMessage, unknown>();
  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 });
  app.use(async (ctx) => {
    try {
      await middleware(ctx, async () => void passed.set(ctx.req, undefined));
    } catch (error) {
      passed.set(ctx.req, error);
    }
    if (!passed.has(ctx.req)) return;
    ctx.respond = false;
    // Koa begins with a 404.
    ctx.res.statusCode = 200;
  });
  const answer = app.callback();
  const handle = async (...[request, response, next]: Parameters<NodeHandler>): Promise<void> => {
    await answer(request, response);
    if (passed.has(request)) next(passed.get(request));
  };
  return (...given) => void handle(...given);
}

/**
 * Our own answers are small: each is whole before it goes out. What comes from `next` streams as it did.
 * @param maxBodyBytes of a path: how much is read of what comes there; 0: nothing, a body for the host isn't touched.
 */
export function fetchHandler(handle: NodeHandler, maxBodyBytes: (path: string) => number): FetchHandler {
  return async (request, next, clientAddress) => {
    const url = new URL(request.url);
    const maxBytes = maxBodyBytes(url.pathname);
    const body = maxBytes > 0 ? await readBody(request, maxBytes) : undefined;
    if (body === 'too-large') {
      const error = `The body must not be larger than ${maxBytes} bytes`;
      return Response.json({ success: false, error }, { status: 413 });
    }
    return new Promise((resolve, reject) => {
      const goOn = async (response: ServerResponse): Promise<Response> => {
        const answered = await next();
        const headers = mergeHeaders(answered.headers, response);
        return new Response(answered.body, { status: answered.status, statusText: answered.statusText, headers });
      };
      const dispatch = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
        Object.assign(incoming.socket, { encrypted: url.protocol === 'https:' });
        handle(incoming, outgoing, (error) => (error ? reject(error) : resolve(goOn(outgoing))));
      };
      inject(
        dispatch,
        {
          method: request.method as 'GET',
          url: url.pathname + url.search,
          authority: url.host,
          ...(clientAddress !== undefined && { remoteAddress: clientAddress }),
          headers: { host: url.host, ...Object.fromEntries(request.headers) },
          ...(body && { payload: body }),
        },
        (error, answer) => {
          if (error || !answer) return reject(error ?? new Error('no answer'));
          const headers = new Headers();
          for (const [name, value] of Object.entries(answer.headers))
            // Of a connection that never was, and not of the host's (RFC 9110, 7.6.1).
            if (!OF_CONNECTION.includes(name))
              for (const one of [value].flat()) if (one !== undefined) headers.append(name, String(one));
          const isEmpty = [204, 304].includes(answer.statusCode);
          resolve(
            new Response(isEmpty ? null : new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers }),
          );
        },
      );
    });
  };
}

/** The whole body, unless there is more of it than `maxBytes`: then no more is taken in. */
async function readBody({ body }: Request, maxBytes: number): Promise<Buffer | 'too-large'> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > maxBytes) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The host's headers with ours. Of two policies both hold, and a host that forbids storing an answer is obeyed. */
function mergeHeaders(hosts: Headers, response: ServerResponse): Headers {
  const headers = new Headers(hosts);
  for (const [name, value] of Object.entries(response.getHeaders())) {
    const isStricter = name === 'cache-control' && /no-store/i.test(headers.get(name) ?? '');
    if (name === 'content-security-policy') headers.append(name, String(value));
    else if (!isStricter && !OF_CONNECTION.includes(name)) headers.set(name, String(value));
  }
  return headers;
}
