// A stand-in for NocoDB, only for faults that the real one can't produce on command. Its normal responses have the
// format of the real one's, which test/systems/nocodb-commands.test.ts checks.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { NocoConfig } from '../../../server/nocodb/client.ts';

/** The fault to apply to a request. */
export type NocoFault =
  | 'none'
  /** 429 with `Retry-After: 1`. */
  | 'limited'
  /** 429 without `Retry-After`. */
  | 'limited-silently'
  /** 200 with the old values; nothing is written (nocodb#13778). */
  | 'old-values'
  /** NocoDB's response while it starts. */
  | 'html-404'
  | 'html-502'
  /** Written, but the response is lost. */
  | 'answer-lost'
  /** 200 and half of the response, then the connection breaks. */
  | 'answer-cut'
  /** The response arrives a few bytes at a time. */
  | 'drip'
  /** No response. */
  | 'hang'
  /** 500 in JSON; nothing is written. */
  | 'error-500'
  /** 422 in JSON; nothing is written. */
  | 'refused'
  /** Written, but answered with 422 (nocodb#13284). */
  | 'refused-yet-written'
  /** 401: invalid token. */
  | 'denied'
  /** 413 by a proxy. */
  | 'too-large'
  /** 403 in HTML, from something in front of NocoDB that rejects the content. */
  | 'blocked'
  /** The request is read, nothing is written, and the connection is cut. */
  | 'cut'
  /** Written; the response contains all records except the last. */
  | 'fewer'
  /** Written; the response contains the records in another order. */
  | 'reordered';

type Row = Record<string, unknown>;

interface Field {
  readonly id: string;
  title: string;
  type: string;
}

const TITLES = ['emailOfAccessor', 'sessionStartTime', 'sessionEndTime', 'readingTime', 'currentPage', 'sessionId', 'durationMinutes', 'identity'];
const TYPES = ['Email', 'DateTime', 'DateTime', 'Duration', 'SingleLineText', 'SingleLineText', 'Formula', 'SingleLineText'];

/** Values that NocoDB rejects in columns of these types. */
const NOT_IN: Readonly<Record<string, (value: unknown) => boolean>> = {
  Number: (value) => Number.isNaN(Number(value)),
  Duration: (value) => Number.isNaN(Number(value)),
  DateTime: (value) => Number.isNaN(Date.parse(String(value))),
  Checkbox: (value) => typeof value !== 'boolean',
  SingleSelect: () => true,
};

export class NocoStandIn {
  /** Called for each request; no fault by default. `body`: the request's body. */
  fault: (method: string, body: string) => NocoFault = () => 'none';
  /** A person's changes to the columns. */
  readonly fields: Field[] = TITLES.map((title, nth) => ({ id: `f${nth}`, title, type: TYPES[nth] ?? '' }));
  /** Titles of columns that ignore writes. */
  readonly ignoring = new Set<string>();
  /** Titles of columns that truncate values. */
  readonly longest = new Map<string, number>();
  /** `METHOD path` of each request. */
  readonly log: string[] = [];
  /** By record id. */
  readonly rows = new Map<number, Row>();
  requests = 0;
  /** Maximum number of records per request. */
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
    this.log.push(`${method} ${new URL(url, 'http://x').pathname}`);
    const fault = this.fault(method, text);
    const html = (status: number): unknown => answer.writeHead(status, { 'content-type': 'text/html' }).end(`<pre>Cannot ${method}</pre>`);
    if (fault === 'hang') return;
    if (fault === 'html-404') return void html(404);
    if (fault === 'html-502') return void html(502);
    if (fault === 'too-large') return void html(413);
    if (fault === 'blocked') return void html(403);
    if (fault === 'cut') return void answer.destroy();
    const problem = (status: number, error: string, message = error): void => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error, message }));
    };
    if (fault === 'error-500') return problem(500, 'Something went wrong');
    if (fault === 'denied') return problem(401, 'ERR_AUTHENTICATION_REQUIRED');
    if (fault === 'refused') return problem(422, 'ERR_INVALID_VALUE_FOR_FIELD');
    const refusal = fault === 'old-values' ? undefined : this.#refuse(method, body);
    if (refusal) return problem(...refusal);
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
    const json = JSON.stringify(this.#serve(method, new URL(url, 'http://x'), text, fault));
    if (fault === 'refused-yet-written') return problem(422, 'ERR_INVALID_PK_VALUE');
    if (fault === 'answer-lost') return void answer.destroy();
    answer.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
    if (fault === 'drip') await drip(answer, json);
    else if (fault === 'answer-cut') answer.write(json.slice(0, json.length / 2), () => answer.destroy());
    else answer.end(json);
  }

  /** Errors like the real one's: a missing record, a value that its column can't hold. */
  #refuse(method: string, body: unknown): [number, string, string?] | undefined {
    if (!Array.isArray(body)) return undefined;
    for (const { id, fields = {} } of body as { id?: number; fields?: Row }[]) {
      if (['PATCH', 'DELETE'].includes(method) && !this.rows.has(id ?? 0)) return [404, `ERR_RECORD_NOT_FOUND`, `Record '${id}' not found`];
      for (const [fieldId, value] of Object.entries(fields)) {
        const type = this.fields.find((its) => its.id === fieldId)?.type ?? '';
        if (value !== null && NOT_IN[type]?.(value)) return [422, 'ERR_INVALID_VALUE_FOR_FIELD'];
      }
    }
    return undefined;
  }

  /** A person deletes a column with its values. */
  removeField(title: string): void {
    this.fields.splice(this.fields.findIndex((field) => field.title === title), 1);
    for (const row of this.rows.values()) delete row[title];
  }

  renameField(title: string, to: string): void {
    for (const field of this.fields) if (field.title === title) field.title = to;
    for (const row of this.rows.values()) {
      row[to] = row[title];
      delete row[title];
    }
  }

  setType(title: string, type: string): void {
    for (const field of this.fields) if (field.title === title) field.type = type;
  }

  #serve(method: string, { pathname, searchParams }: URL, text: string, fault: NocoFault): unknown {
    if (pathname.endsWith('/tables')) return { list: [{ id: 'table', title: 'emailAccess' }] };
    if (pathname.endsWith('/tables/table')) return { id: 'table', title: 'emailAccess', fields: this.fields, views: [{ id: 'view' }] };
    if (pathname.endsWith('/sorts')) return { list: [{}] };
    if (pathname.endsWith('/fields')) {
      const { title, type } = JSON.parse(text) as Field;
      const made = { id: `f${this.requests}`, title, type };
      this.fields.push(made);
      return made;
    }
    const show = (row: [number, Row]): { id: number; fields: Row } => this.#show(row);
    const where = searchParams.get('where') ?? '';
    const keyed = [...this.rows].filter(([, row]) => (row[this.#titleOf(where)] ?? '') !== '');
    if (pathname.endsWith('/count')) return { count: keyed.length };
    if (where.includes(',blank)')) return { records: [...this.rows].filter((row) => !keyed.some(([id]) => id === row[0])).map(show) };
    if (where.includes('notblank')) return { records: keyed.map(show) };
    if (method === 'GET') {
      const wanted = /,in,(.*)\)$/.exec(where)?.[1]?.split(',') ?? [];
      const found = keyed.filter(([, row]) => wanted.includes(String(row[this.#titleOf(where)])));
      return { records: found.slice(0, Number(searchParams.get('pageSize'))).map(show) };
    }
    if (method === 'DELETE') {
      const gone = (JSON.parse(text) as { id: number }[]).map(({ id }) => ({ id, deleted: this.rows.delete(id) }));
      return { records: fault === 'fewer' ? gone.slice(1) : gone };
    }
    const records = (JSON.parse(text) as { id?: number; fields: Row }[]).map(({ id = Math.max(0, ...this.rows.keys()) + 1, fields }) => {
      const isDropped = fault === 'old-values' && method === 'PATCH';
      if (!isDropped) this.rows.set(id, { ...this.rows.get(id), ...this.#toRow(fields) });
      return show([id, this.rows.get(id) ?? {}]);
    });
    if (fault === 'fewer') records.pop();
    if (fault === 'reordered') records.reverse();
    return { records };
  }

  #titleOf(where: string): string {
    const id = /^\(([^,]*),/.exec(where)?.[1];
    return this.fields.find((field) => field.id === id)?.title ?? '';
  }

  /** Unknown fields are dropped silently. */
  #toRow(fields: Row): Row {
    return Object.fromEntries(
      Object.entries(fields).flatMap(([id, value]) => {
        const title = this.fields.find((field) => field.id === id)?.title;
        if (title === undefined || this.ignoring.has(title)) return [];
        const longest = this.longest.get(title);
        return [[title, typeof value === 'string' && longest !== undefined ? value.slice(0, longest) : value]];
      }),
    );
  }

  /** All fields; date-times in NocoDB's format: a space, whole seconds, +00:00; in text columns as sent. */
  #show([id, row]: [number, Row]): { id: number; fields: Row } {
    const shown = this.fields.map(({ title, type }) => {
      const value = row[title] ?? null;
      const isTime = type === 'DateTime' && typeof value === 'string';
      return [title, isTime ? value.replace('T', ' ').replace(/\.\d+Z$/, '+00:00') : value];
    });
    return { id, fields: { ...row, ...Object.fromEntries(shown) } };
  }
}

async function drip(answer: ServerResponse, text: string): Promise<void> {
  for (let at = 0; at < text.length; at += 20) {
    answer.write(text.slice(at, at + 20));
    await delay(1);
  }
  answer.end();
}
