// The same for servers that take a `Request` and give a `Response`, like Hono. Bodies stream in both directions.
import { STATUS_CODES, type IncomingMessage, type OutgoingHttpHeader, type ServerResponse } from 'node:http';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import type { NodeHandler } from './node-adapter.ts';

export type FetchHandler = (
  request: Request,
  next: () => Promise<Response> | Response,
  clientAddress?: string,
) => Promise<Response>;

/** Describe a connection, not an answer (RFC 9110, 7.6.1). */
const OF_CONNECTION: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding'];
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

export function fetchHandler(handle: NodeHandler): FetchHandler {
  return (request, next, clientAddress) =>
    new Promise((resolve, reject) => {
      const incoming = toIncoming(request, clientAddress);
      // What isn't read of the body is cancelled; a body that nobody here has read is the host's.
      const outgoing = new FetchResponse(incoming, (response) => {
        incoming.destroy();
        resolve(response);
      });
      const goOn = async (): Promise<Response> => {
        const { body, status, statusText, headers } = await next();
        return new Response(body, { status, statusText, headers: mergeHeaders(headers, outgoing) });
      };
      handle(incoming, outgoing as unknown as ServerResponse, (error) => {
        if (error) reject(error);
        else resolve(goOn());
      });
    });
}

/** As much of Node's request as Koa, raw-body and send ask for. The body is not touched until somebody reads it. */
function toIncoming(request: Request, clientAddress: string | undefined): IncomingMessage {
  const { protocol, host, pathname, search } = new URL(request.url);
  const body = Readable.from(
    (async function* () {
      if (request.body) yield* request.body;
    })(),
    { objectMode: false },
  );
  // It is destroyed on purpose, once there is an answer.
  body.on('error', () => {});
  return Object.assign(body, {
    method: request.method,
    url: pathname + search,
    // Whether there is a body is told by one of two headers (RFC 9112, 6); a `Request` may have neither.
    headers: { host, ...(request.body && { 'transfer-encoding': 'chunked' }), ...Object.fromEntries(request.headers) },
    httpVersion: '1.1',
    socket: { remoteAddress: clientAddress ?? '127.0.0.1', encrypted: protocol === 'https:', writable: true },
  }) as unknown as IncomingMessage;
}

/** As much of Node's response as Koa and send ask for: what is written to it can be read as the body of a `Response`. */
class FetchResponse extends Transform {
  statusCode = 200;
  statusMessage = '';
  headersSent = false;
  readonly req: IncomingMessage;
  readonly #headers = new Map<string, OutgoingHttpHeader>();
  readonly #answer: (response: Response) => void;

  constructor(req: IncomingMessage, answer: (response: Response) => void) {
    super();
    this.req = req;
    this.#answer = answer;
  }

  get finished(): boolean {
    return this.writableEnded;
  }

  setHeader(name: string, value: OutgoingHttpHeader): this {
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }

  getHeader(name: string): OutgoingHttpHeader | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  getHeaders(): Record<string, OutgoingHttpHeader> {
    return Object.fromEntries(this.#headers);
  }

  getHeaderNames(): string[] {
    return [...this.#headers.keys()];
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  writeHead(status: number, headers: Record<string, OutgoingHttpHeader> = {}): this {
    this.statusCode = status;
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    return this;
  }

  flushHeaders(): void {
    if (this.headersSent) return;
    this.headersSent = true;
    const headers = new Headers();
    for (const [name, value] of this.#headers)
      if (!OF_CONNECTION.includes(name)) for (const one of [value].flat()) headers.append(name, String(one));
    const isEmpty = WITHOUT_BODY.includes(this.statusCode) || this.req.method === 'HEAD';
    if (isEmpty) this.resume();
    const body = isEmpty ? null : (Readable.toWeb(this) as unknown as ConstructorParameters<typeof Response>[0]);
    const statusText = this.statusMessage || (STATUS_CODES[this.statusCode] ?? '');
    this.#answer(new Response(body, { status: this.statusCode, statusText, headers }));
  }

  override _transform(chunk: unknown, _encoding: BufferEncoding, done: TransformCallback): void {
    this.flushHeaders();
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.flushHeaders();
    done();
  }
}

/** The host's headers with ours. Of two policies both hold, and a host that forbids storing an answer is obeyed. */
function mergeHeaders(hosts: Headers, response: FetchResponse): Headers {
  const headers = new Headers(hosts);
  for (const [name, value] of Object.entries(response.getHeaders())) {
    const isStricter = name === 'cache-control' && headers.get(name)?.toLowerCase().includes('no-store');
    if (name === 'content-security-policy') headers.append(name, String(value));
    else if (!isStricter && !OF_CONNECTION.includes(name)) headers.set(name, String(value));
  }
  return headers;
}
