// NocoDB's HTTP API (v3 data, v3 meta; probed on 0.301.3): one request at a time, every answer parsed and classified.
// It decides nothing, and it never throws for what a server or a network does.
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { classify, type NocoAnswer } from './answer.ts';

export interface NocoConfig {
  /** Without a path, like `https://nocodb.example`. */
  readonly url: string;
  readonly token: string;
  readonly baseId: string;
  /** Title of the table. */
  readonly table: string;
  readonly requestsPerSecond: number;
  /** How old a change may be before it is written, in milliseconds. */
  readonly freshnessMs: number;
}

/** Field ids, or titles, with their values. In answers: titles. */
export type Fields = Readonly<Record<string, unknown>>;

export interface NocoRecord {
  readonly id: number | string;
  readonly fields: Fields;
}

/** Records in one request, as NocoDB's defaults allow (`NC_DATA_PAYLOAD_LIMIT`). */
export const MAX_RECORDS = 10;
/** Values in one `in` of a `where`. */
export const MAX_IDS = 100;

const TIMEOUT_MS = 20_000;
const Id = v.union([v.number(), v.string()]);
const Records = v.object({ records: v.array(v.object({ id: Id, fields: v.record(v.string(), v.unknown()) })) });
const Tables = v.object({ list: v.array(v.object({ id: v.string(), title: v.string() })) });
const Field = v.object({ id: v.string(), title: v.string(), type: v.string() });
const Table = v.object({ id: v.string(), title: v.string(), fields: v.array(Field) });

export type NocoField = v.InferOutput<typeof Field>;
export type NocoTable = v.InferOutput<typeof Table>;
export interface NewField {
  readonly title: string;
  readonly type: string;
  readonly unique?: boolean;
  readonly options?: unknown;
}

export class NocoClient {
  readonly #config: NocoConfig;
  readonly #signal: AbortSignal;
  /** When the next request may leave, monotonic. */
  #nextAt = 0;
  /** Requests sent so far. */
  requests = 0;

  /** @param signal ends the request under way, whose outcome is then in doubt. */
  constructor(config: NocoConfig, signal: AbortSignal) {
    this.#config = config;
    this.#signal = signal;
  }

  listTables(): Promise<NocoAnswer<v.InferOutput<typeof Tables>>> {
    return this.#call(Tables, 'GET', `/api/v3/meta/bases/${this.#config.baseId}/tables`);
  }

  readTable(tableId: string): Promise<NocoAnswer<NocoTable>> {
    return this.#call(Table, 'GET', `/api/v3/meta/bases/${this.#config.baseId}/tables/${tableId}`);
  }

  createTable(title: string, fields: readonly NewField[]): Promise<NocoAnswer<NocoTable>> {
    return this.#call(Table, 'POST', `/api/v3/meta/bases/${this.#config.baseId}/tables`, { title, fields });
  }

  addField(tableId: string, field: NewField): Promise<NocoAnswer<NocoField>> {
    return this.#call(Field, 'POST', `/api/v3/meta/bases/${this.#config.baseId}/tables/${tableId}/fields`, field);
  }

  /** The records whose field has one of the values, at most {@link MAX_IDS}; values of `[A-Za-z0-9_-]` only. */
  find(tableId: string, fieldId: string, values: readonly string[]): Promise<NocoAnswer<readonly NocoRecord[]>> {
    const query = new URLSearchParams({
      where: `(${fieldId},in,${values.join(',')})`,
      pageSize: String(2 * MAX_IDS),
    });
    return this.#records('GET', `${tableId}/records?${query.toString()}`);
  }

  /** Makes records, at most {@link MAX_RECORDS}; answers in their order, with all fields as they are stored. */
  create(tableId: string, records: readonly Fields[]): Promise<NocoAnswer<readonly NocoRecord[]>> {
    return this.#records(
      'POST',
      `${tableId}/records`,
      records.map((fields) => ({ fields })),
    );
  }

  /**
   * Changes the fields that are given, at most {@link MAX_RECORDS} records. An answer of 200 proves nothing: NocoDB gives
   * it to updates that it dropped, with the old values (nocodb#13778), so compare them.
   */
  update(tableId: string, records: readonly NocoRecord[]): Promise<NocoAnswer<readonly NocoRecord[]>> {
    return this.#records('PATCH', `${tableId}/records`, records);
  }

  async #records(method: string, path: string, body?: unknown): Promise<NocoAnswer<readonly NocoRecord[]>> {
    const answer = await this.#call(Records, method, `/api/v3/data/${this.#config.baseId}/${path}`, body);
    return answer.type === 'ok' ? { type: 'ok', value: answer.value.records } : answer;
  }

  async #call<T>(
    schema: v.GenericSchema<unknown, T>,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<NocoAnswer<T>> {
    await this.#waitForTurn();
    this.requests++;
    try {
      const response = await fetch(this.#config.url + path, {
        method,
        headers: { 'xc-token': this.#config.token, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      const json = parseJson(text);
      const value = v.safeParse(schema, json);
      if (response.ok && value.success) return { type: 'ok', value: value.output };
      return classify(response, json);
    } catch (error) {
      return { type: 'unavailable', message: reasonOf(error) };
    }
  }

  /** Keeps under the request rate; there is never more than one request in flight from one mirror. */
  async #waitForTurn(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1_000 / this.#config.requestsPerSecond;
    if (at > now) await delay(at - now, undefined, { signal: this.#signal }).catch(() => {});
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
