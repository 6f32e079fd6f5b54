// A stand-in for NocoDB, only for what the real one can't be made to do on command. Its normal answers have the form of
// the real one's, which test/systems/nocodb-mirror.test.ts asks.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NocoConfig } from '../../../server/nocodb/client.ts';

/** What becomes of a request. */
export type NocoFault =
  | 'none'
  /** 429 with `Retry-After: 1`. */
  | 'limited'
  /** 429 that names no time. */
  | 'limited-silently'
  /** 200 with the old values; nothing is written (nocodb#13778). */
  | 'old-values'
  /** As NocoDB answers while it starts. */
  | 'html-404'
  | 'html-502'
  /** Written, but the answer gets lost. */
  | 'answer-lost'
  /** 200 and half of the answer, then the connection breaks. */
  | 'answer-cut'
  /** The answer comes a few bytes at a time. */
  | 'drip'
  /** No answer comes. */
  | 'hang';

type Row = Record<string, unknown>;

const TITLES = ['emailOfAccessor', 'sessionStartTime', 'sessionEndTime', 'readingTime', 'currentPage', 'sessionId', 'durationMinutes'];
const TYPES = ['Email', 'DateTime', 'DateTime', 'Duration', 'SingleLineText', 'SingleLineText', 'Formula'];
const FIELDS = TITLES.map((title, nth) => ({ id: `f${nth}`, title, type: TYPES[nth] }));

export class NocoStandIn {
  /** Asked for each request; by default all goes well. */
  fault: (method: string) => NocoFault = () => 'none';
  /** By record id. */
  readonly rows = new Map<number, Row>();
  requests = 0;
  /** Records that it takes in one request. */
  most = 10;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((incoming, answer) => void this.#answer(incoming, answer));
  }

  static async start(): Promise<NocoStandIn> {
    const standIn = new NocoStandIn();
    standIn.#server.listen(0, '127.0.0.1');
    await once(standIn.#server, 'listening');
    return standIn;
  }

  get config(): NocoConfig {
    const { port } = this.#server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, token: 'token', baseId: 'base', table: 'emailAccess', requestsPerSecond: 1_000, requestsPerMonth: 0, freshnessMs: 10 };
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
    const { method = '', url = '' } = incoming;
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    this.requests++;
    const fault = this.fault(method);
    const html = (status: number): unknown => answer.writeHead(status, { 'content-type': 'text/html' }).end(`<pre>Cannot ${method}</pre>`);
    if (fault === 'hang') return;
    if (fault === 'html-404') return void html(404);
    if (fault === 'html-502') return void html(502);
    if (fault === 'limited' || fault === 'limited-silently') {
      answer.writeHead(429, { 'content-type': 'application/json', ...(fault === 'limited' && { 'retry-after': '1' }) });
      answer.end('{"statusCode":429,"message":"ThrottlerException: Too Many Requests"}');
      return;
    }
    if (Array.isArray(body) && body.length > this.most) {
      answer.writeHead(422, { 'content-type': 'application/json' });
      answer.end(`{"error":"ERR_MAX_PAYLOAD_LIMIT_EXCEEDED","message":"Maximum ${this.most} entities are allowed per request"}`);
      return;
    }
    const json = JSON.stringify(this.#serve(method, new URL(url, 'http://x'), text, fault === 'old-values' && method === 'PATCH'));
    if (fault === 'answer-lost') return void answer.destroy();
    answer.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
    if (fault === 'drip') await drip(answer, json);
    else if (fault === 'answer-cut') answer.write(json.slice(0, json.length / 2), () => answer.destroy());
    else answer.end(json);
  }

  #serve(method: string, { pathname, searchParams }: URL, text: string, isDropped: boolean): unknown {
    if (pathname.endsWith('/tables')) return { list: [{ id: 'table', title: 'emailAccess' }] };
    if (pathname.endsWith('/tables/table')) return { id: 'table', title: 'emailAccess', fields: FIELDS, views: [{ id: 'view' }] };
    if (pathname.endsWith('/count')) return { count: this.rows.size };
    if (searchParams.get('where')?.includes('notblank')) return { records: [...this.rows].map(show) };
    if (method === 'GET') {
      const wanted = /,in,(.*)\)$/.exec(searchParams.get('where') ?? '')?.[1]?.split(',') ?? [];
      return { records: [...this.rows].filter(([, row]) => wanted.includes(String(row['sessionId']))).map(show) };
    }
    const records = JSON.parse(text) as { id?: number; fields: Row }[];
    return {
      records: records.map(({ id = this.rows.size + 1, fields }) => {
        const named = Object.fromEntries(Object.entries(fields).map(([field, value]) => [FIELDS.find((its) => its.id === field)?.title, value]));
        if (!isDropped) this.rows.set(id, { ...this.rows.get(id), ...named });
        return show([id, this.rows.get(id) ?? {}]);
      }),
    };
  }
}

async function drip(answer: ServerResponse, text: string): Promise<void> {
  for (let at = 0; at < text.length; at += 20) {
    answer.write(text.slice(at, at + 20));
    await delay(1);
  }
  answer.end();
}

/** Date-times as NocoDB shows them: a space, whole seconds, +00:00. */
function show([id, row]: [number, Row]): { id: number; fields: Row } {
  const asShown = (value: unknown): unknown =>
    typeof value === 'string' && /^\d{4}-.*Z$/.test(value) ? value.replace('T', ' ').replace(/\.\d+Z$/, '+00:00') : value;
  return { id, fields: Object.fromEntries(Object.entries(row).map(([title, value]) => [title, asShown(value)])) };
}
