// NocoDB's HTTP API (v3 data, v3 meta; probed on 0.301.3): one request at a time; parses and classifies every response.
// It makes no decisions and never throws on server or network errors.
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { classify, toRedirected, toBudgetSpent, type NocoResult, type NocoFailure } from './response.ts';
import { redact } from './redact.ts';
import type { RequestBudget } from './request-budget.ts';
import { sendRequest } from './send-request.ts';
import {
  Count,
  Erased,
  Field,
  Records,
  Sorts,
  Table,
  Tables,
  type Fields,
  type NewField,
  type NocoField,
  type NocoRecord,
  type NocoTable,
} from './schemas.ts';

export interface NocoConfig {
  /** Without a path, like `https://nocodb.example`. */
  readonly url: string;
  readonly token: string;
  readonly baseId: string;
  /** Title of the table. */
  readonly table: string;
  readonly requestsPerSecond: number;
  /** 0: no limit. */
  readonly requestsPerMonth: number;
  /** Maximum age of a change before it is written, in milliseconds. */
  readonly freshnessMs: number;
}

/** Maximum number of values in one `in` of a `where`. */
export const MAX_IDS = 100;
/** Maximum number of records that {@link NocoClient.find} returns. There can be several for one value. */
export const MAX_FOUND = 2 * MAX_IDS;
/** Timeout for a whole response. */
export const TIMEOUT_MS = 20_000;

const PAGE_SIZE = 1_000;

/** Is called with the type of a result. */
export type ResultListener = (type: NocoResult<unknown>['type']) => void;

export class NocoClient {
  readonly #config: NocoConfig;
  readonly #budget: RequestBudget;
  readonly #signal: AbortSignal;
  readonly #mayAsk: () => Promise<boolean>;
  readonly #onResult: ResultListener;
  /** Earliest time of the next request, monotonic. */
  #nextAt = 0;
  /** Requests sent so far. */
  requests = 0;
  /**
   * How far NocoDB's clock was ahead of this server's in the last response, to about a second; undefined before the
   * first.
   */
  clockAheadMs: number | undefined;

  /**
   * @param signal aborts pending requests; their outcome is then in doubt.
   * @param mayAsk called before each request. If it resolves to false, the request is not sent.
   * @param onResult called after each request.
   */
  constructor(
    config: NocoConfig,
    budget: RequestBudget,
    signal: AbortSignal,
    mayAsk = (): Promise<boolean> => Promise.resolve(true),
    onResult: ResultListener = () => {},
  ) {
    this.#config = config;
    this.#mayAsk = mayAsk;
    this.#onResult = onResult;
    this.#budget = budget;
    this.#signal = signal;
  }

  listTables(): Promise<NocoResult<v.InferOutput<typeof Tables>>> {
    return this.#call(Tables, 'GET', `/api/v3/meta/bases/${this.#config.baseId}/tables`);
  }

  readTable(tableId: string): Promise<NocoResult<NocoTable>> {
    return this.#call(Table, 'GET', `/api/v3/meta/bases/${this.#config.baseId}/tables/${tableId}`);
  }

  createTable(title: string, fields: readonly NewField[]): Promise<NocoResult<NocoTable>> {
    return this.#call(Table, 'POST', `/api/v3/meta/bases/${this.#config.baseId}/tables`, { title, fields });
  }

  addField(tableId: string, field: NewField): Promise<NocoResult<NocoField>> {
    return this.#call(Field, 'POST', `/api/v3/meta/bases/${this.#config.baseId}/tables/${tableId}/fields`, field);
  }

  /** Sorts the view by the field in descending order, unless it is sorted already. */
  async sortDescending(viewId: string, fieldId: string): Promise<NocoResult<unknown>> {
    const path = `/api/v3/meta/bases/${this.#config.baseId}/views/${viewId}/sorts`;
    const sorts = await this.#call(Sorts, 'GET', path);
    if (sorts.type !== 'ok' || sorts.value.list.length > 0) return sorts;
    return this.#call(v.unknown(), 'POST', path, { field_id: fieldId, direction: 'desc' });
  }

  /** Counts the records with a value in the field. */
  async count(tableId: string, fieldId: string): Promise<NocoResult<number>> {
    const query = new URLSearchParams({ where: `(${fieldId},notblank)` });
    const path = `/api/v3/data/${this.#config.baseId}/${tableId}/count?${query.toString()}`;
    const answer = await this.#call(Count, 'GET', path);
    return answer.type === 'ok' ? { type: 'ok', value: answer.value.count } : answer;
  }

  /** The ids of the records with a value in the field; one request per 1,000 records. */
  async listIds(tableId: string, fieldId: string): Promise<NocoResult<readonly string[]>> {
    const listed = await this.#list(tableId, { where: `(${fieldId},notblank)`, fields: 'Id' });
    return listed.type === 'ok' ? { type: 'ok', value: listed.value.map(({ id }) => String(id)) } : listed;
  }

  /**
   * The records without a value in the field; one request per 1,000 records.
   * @param fieldId undefined: the table has no such field, so all records are listed.
   */
  listWithout(tableId: string, fieldId: string | undefined): Promise<NocoResult<readonly NocoRecord[]>> {
    return this.#list(tableId, fieldId === undefined ? {} : { where: `(${fieldId},blank)` });
  }

  async #list(tableId: string, query: Readonly<Record<string, string>>): Promise<NocoResult<readonly NocoRecord[]>> {
    const all: NocoRecord[] = [];
    for (let page = 1; ; page++) {
      const parameters = new URLSearchParams({ ...query, pageSize: String(PAGE_SIZE), page: String(page) });
      const records = await this.#records('GET', `${tableId}/records?${parameters.toString()}`);
      if (records.type !== 'ok') return records;
      all.push(...records.value);
      if (records.value.length < PAGE_SIZE) return { type: 'ok', value: all };
    }
  }

  /** At most {@link MAX_FOUND} records whose field has one of the values; at most {@link MAX_IDS} values, of `[A-Za-z0-9_-]` only. */
  find(tableId: string, fieldId: string, values: readonly string[]): Promise<NocoResult<readonly NocoRecord[]>> {
    const query = new URLSearchParams({
      where: `(${fieldId},in,${values.join(',')})`,
      pageSize: String(MAX_FOUND),
    });
    return this.#records('GET', `${tableId}/records?${query.toString()}`, undefined, values);
  }

  /** Creates all records or none. Returns them in order, with all fields as stored. */
  create(tableId: string, records: readonly Fields[]): Promise<NocoResult<readonly NocoRecord[]>> {
    return this.#records(
      'POST',
      `${tableId}/records`,
      records.map((fields) => ({ fields })),
    );
  }

  /**
   * Updates the given fields of all records or of none. A 200 response proves nothing: NocoDB also sends it for updates
   * that it dropped, with the old values (nocodb#13778). So compare the values.
   */
  update(tableId: string, records: readonly NocoRecord[]): Promise<NocoResult<readonly NocoRecord[]>> {
    return this.#records('PATCH', `${tableId}/records`, records);
  }

  /** Deletes all records or none. */
  async delete(tableId: string, recordIds: readonly string[]): Promise<NocoResult<unknown>> {
    const body = recordIds.map((id) => ({ id: Number(id) }));
    const path = `/api/v3/data/${this.#config.baseId}/${tableId}/records`;
    const answer = await this.#call(Erased, 'DELETE', path, body);
    if (answer.type !== 'ok') return answer;
    const erased = new Set(answer.value.records.map(({ id }) => String(id)));
    if (recordIds.every((id) => erased.has(id))) return answer;
    return { type: 'unavailable', message: 'NocoDB answered 200, but not that it deleted all records' };
  }

  /** @param secrets values that were sent and must not appear in an error message. */
  async #records(
    method: string,
    path: string,
    body?: readonly { readonly fields: Fields }[],
    secrets: readonly string[] | undefined = body?.flatMap(({ fields }) => Object.values(fields).map(String)),
  ): Promise<NocoResult<readonly NocoRecord[]>> {
    const url = `/api/v3/data/${this.#config.baseId}/${path}`;
    const answer = await this.#call(Records, method, url, body, secrets);
    return answer.type === 'ok' ? { type: 'ok', value: answer.value.records } : answer;
  }

  async #call<T>(
    schema: v.GenericSchema<unknown, T>,
    method: string,
    path: string,
    body?: unknown,
    secrets: readonly string[] = [],
  ): Promise<NocoResult<T>> {
    const result = await this.#ask(schema, method, path, body, secrets);
    this.#onResult(result.type);
    return result;
  }

  async #ask<T>(
    schema: v.GenericSchema<unknown, T>,
    method: string,
    path: string,
    body: unknown,
    secrets: readonly string[],
  ): Promise<NocoResult<T>> {
    const hide = (failure: NocoFailure): NocoFailure => ({
      ...failure,
      message: redact(failure.message, [this.#config.token, ...secrets]),
    });
    const spent = await this.#take();
    if (spent) return spent;
    try {
      const sent = await sendRequest(
        this.#config.url,
        path,
        {
          method,
          headers: { 'xc-token': this.#config.token, 'content-type': 'application/json' },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MS)]),
        },
        async () => (await this.#take()) === undefined,
      );
      if (sent.type === 'redirected') return hide(toRedirected(sent, this.#config.url));
      const { response } = sent;
      const date = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(date)) this.clockAheadMs = date - Date.now();
      const json = parseJson(await response.text());
      const value = v.safeParse(schema, json);
      if (response.ok && value.success) return { type: 'ok', value: value.output };
      return hide(classify(response, json));
    } catch (error) {
      return hide({ type: 'unavailable', message: reasonOf(error) });
    }
  }

  /** Takes one request from the limits; returns a failure if none is left. */
  async #take(): Promise<NocoFailure | undefined> {
    await this.#waitForTurn();
    if (!(await this.#mayAsk())) return { type: 'displaced', message: 'another server is mirroring' };
    if (!(await this.#budget.take())) return toBudgetSpent(await this.#budget.waitMs());
    this.requests++;
    return undefined;
  }

  /** Enforces the request rate: requests are spaced evenly. */
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
