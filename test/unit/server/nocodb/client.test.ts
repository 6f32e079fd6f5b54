// What is asked of NocoDB, to the letter, and what is made of its answers. With a real one: test/systems.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_FOUND, NocoClient, type NocoConfig } from '../../../../server/nocodb/client.ts';
import { RequestBudget } from '../../../../server/nocodb/request-budget.ts';
import type { Notes } from '../../../../server/store/notes.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const CONFIG: NocoConfig = {
  url: 'https://noco.example/path',
  token: 'a-token-of-some-length',
  baseId: 'base',
  table: 'emailAccess',
  requestsPerSecond: 1_000_000,
  requestsPerMonth: 0,
  freshnessMs: 1,
};
const META = 'https://noco.example/path/api/v3/meta/bases/base';
const DATA = 'https://noco.example/path/api/v3/data/base';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

let asked: Asked[];
let headers: unknown[];
let answers: (() => Response | Promise<Response>)[];
beforeEach(() => {
  [asked, headers, answers] = [[], [], []];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push({
      method: String(init.method),
      url: decodeURIComponent(url),
      body: init.body === undefined ? undefined : (JSON.parse(init.body as string) as unknown),
    });
    headers.push(init.headers);
    return (answers.shift() ?? (() => Response.json({})))();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const give = (...bodies: readonly unknown[]): unknown =>
  answers.push(...bodies.map((body) => () => Response.json(body)));
const { signal } = new AbortController();
const unlimited = new RequestBudget({} as Notes, 0, () => NOW);
const connect = (config: Partial<NocoConfig> = {}, budget = unlimited, mayAsk?: () => Promise<boolean>): NocoClient =>
  new NocoClient({ ...CONFIG, ...config }, budget, signal, mayAsk);

describe('the tables', () => {
  const FIELD = { id: 'f', title: 'sessionId', type: 'SingleLineText' };
  const TABLE = { id: 't', title: 'emailAccess', fields: [FIELD], views: [{ id: 'v' }] };

  it('are listed, read, made and completed, with the token', async () => {
    const client = connect();
    give({ list: [{ id: 't', title: 'emailAccess' }] }, TABLE, TABLE, FIELD);
    expect(await client.listTables()).toEqual({ type: 'ok', value: { list: [{ id: 't', title: 'emailAccess' }] } });
    expect(await client.readTable('t')).toEqual({ type: 'ok', value: TABLE });
    expect(await client.createTable('emailAccess', [FIELD])).toEqual({ type: 'ok', value: TABLE });
    expect(await client.addField('t', FIELD)).toEqual({ type: 'ok', value: FIELD });
    expect(asked).toEqual([
      { method: 'GET', url: `${META}/tables`, body: undefined },
      { method: 'GET', url: `${META}/tables/t`, body: undefined },
      { method: 'POST', url: `${META}/tables`, body: { title: 'emailAccess', fields: [FIELD] } },
      { method: 'POST', url: `${META}/tables/t/fields`, body: FIELD },
    ]);
    for (const sent of headers)
      expect(sent).toEqual({ 'xc-token': 'a-token-of-some-length', 'content-type': 'application/json' });
    expect(client.requests).toBe(4);
  });

  it('are sorted by the field, unless a person has sorted them', async () => {
    const client = connect();
    give({ list: [] }, {}, { list: [{ id: 'by a person' }] });
    expect(await client.sortDescending('v', 'f')).toEqual({ type: 'ok', value: {} });
    expect(await client.sortDescending('v', 'f')).toMatchObject({ type: 'ok' });
    answers.push(() => Response.json({ message: 'no' }, { status: 500 }));
    expect(await client.sortDescending('v', 'f')).toMatchObject({ type: 'unavailable' });
    const sorts = `${META}/views/v/sorts`;
    expect(asked).toEqual([
      { method: 'GET', url: sorts, body: undefined },
      { method: 'POST', url: sorts, body: { field_id: 'f', direction: 'desc' } },
      { method: 'GET', url: sorts, body: undefined },
      { method: 'GET', url: sorts, body: undefined },
    ]);
  });
});

it('tells a listener what came of each request, also of one that was not sent', async () => {
  const heard: string[] = [];
  let mayAsk = true;
  const client = new NocoClient(
    CONFIG,
    unlimited,
    signal,
    async () => mayAsk,
    (type) => heard.push(type),
  );
  give({ count: 7 });
  await client.count('t', 'f');
  answers.push(() => Response.json({ message: 'no' }, { status: 401 }));
  await client.count('t', 'f');
  mayAsk = false;
  await client.count('t', 'f');
  expect(heard).toEqual(['ok', 'denied', 'displaced']);
});

describe('the records', () => {
  const record = (id: number | string, fields: Readonly<Record<string, unknown>> = {}) => ({ id, fields });

  it('with a value are counted', async () => {
    give({ count: 7 });
    expect(await connect().count('t', 'f')).toEqual({ type: 'ok', value: 7 });
    expect(asked).toEqual([{ method: 'GET', url: `${DATA}/t/count?where=(f,notblank)`, body: undefined }]);
    answers.push(() => Response.json({ error: 'ERR_TABLE_NOT_FOUND' }, { status: 404 }));
    expect(await connect().count('t', 'f')).toMatchObject({ type: 'no-table' });
  });

  it('with a value are listed by their ids, page by page', async () => {
    const many = Array.from({ length: 1_000 }, (_, nth) => record(nth));
    give({ records: many }, { records: [record('last')] });
    const listed = await connect().listIds('t', 'f');
    expect(listed).toEqual({ type: 'ok', value: [...many.map(({ id }) => String(id)), 'last'] });
    expect(asked.map(({ url }) => url)).toEqual(
      [1, 2].map((page) => `${DATA}/t/records?where=(f,notblank)&fields=Id&pageSize=1000&page=${page}`),
    );
    answers.push(
      () => Response.json({ records: many }),
      () => Response.json({}, { status: 401 }),
    );
    expect(await connect().listIds('t', 'f')).toMatchObject({ type: 'denied' });
  });

  it('without a value are listed whole, or all where there is no such field', async () => {
    give({ records: [record(1, { a: 'b' })] }, { records: [] });
    expect(await connect().listWithout('t', 'f')).toEqual({ type: 'ok', value: [record(1, { a: 'b' })] });
    expect(await connect().listWithout('t', undefined)).toEqual({ type: 'ok', value: [] });
    expect(asked.map(({ url }) => url)).toEqual([
      `${DATA}/t/records?where=(f,blank)&pageSize=1000&page=1`,
      `${DATA}/t/records?pageSize=1000&page=1`,
    ]);
  });

  it('are found by their values', async () => {
    give({ records: [record(1)] });
    expect(await connect().find('t', 'f', ['a', 'b'])).toEqual({ type: 'ok', value: [record(1)] });
    expect(asked).toEqual([
      { method: 'GET', url: `${DATA}/t/records?where=(f,in,a,b)&pageSize=${MAX_FOUND}`, body: undefined },
    ]);
  });

  it('are created and updated', async () => {
    give({ records: [record(1, { f: 'a' })] }, { records: [record(1, { f: 'b' })] });
    expect(await connect().create('t', [{ f: 'a' }])).toEqual({ type: 'ok', value: [record(1, { f: 'a' })] });
    expect(await connect().update('t', [record(1, { f: 'b' })])).toEqual({
      type: 'ok',
      value: [record(1, { f: 'b' })],
    });
    expect(asked).toEqual([
      { method: 'POST', url: `${DATA}/t/records`, body: [{ fields: { f: 'a' } }] },
      { method: 'PATCH', url: `${DATA}/t/records`, body: [record(1, { f: 'b' })] },
    ]);
  });

  it('are deleted only if NocoDB says so of each', async () => {
    const deleted = (...ids: readonly (number | string)[]) => ({ records: ids.map((id) => ({ id, deleted: true })) });
    give(deleted(2, '1', 3), deleted(1));
    expect(await connect().delete('t', ['1', '2'])).toMatchObject({ type: 'ok' });
    expect(await connect().delete('t', ['1', '2'])).toEqual({
      type: 'unavailable',
      message: 'NocoDB answered 200, but not that it deleted all records',
    });
    expect(asked[0]).toEqual({ method: 'DELETE', url: `${DATA}/t/records`, body: [{ id: 1 }, { id: 2 }] });
    answers.push(() => Response.json({ message: 'no' }, { status: 401 }));
    expect(await connect().delete('t', ['1'])).toMatchObject({ type: 'denied' });
    give({ records: [{ id: 1, deleted: false }] });
    expect(await connect().delete('t', ['1'])).toMatchObject({ type: 'unavailable' });
  });
});

describe('an answer', () => {
  it('that is no JSON of the API is none', async () => {
    answers.push(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
    expect(await connect().listTables()).toMatchObject({ type: 'unavailable' });
    give({ list: 'no list' });
    expect(await connect().listTables()).toMatchObject({ type: 'unavailable' });
    answers.push(() => Response.json({ list: [] }, { status: 500 }));
    expect(await connect().listTables()).toMatchObject({ type: 'unavailable' });
  });

  it('that does not come is a failure with its reason', async () => {
    answers.push(() => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })));
    expect(await connect().listTables()).toEqual({
      type: 'unavailable',
      message: 'fetch failed: connect ECONNREFUSED',
    });
    answers.push(() => Promise.reject(new Error('aborted', { cause: 'no error' })));
    expect(await connect().listTables()).toEqual({ type: 'unavailable', message: 'aborted' });
  });

  it('repeats neither the token nor what was sent', async () => {
    const refuse = (text: string): unknown =>
      answers.push(() => Response.json({ error: 'ERR', message: text }, { status: 422 }));
    refuse('bad token a-token-of-some-length');
    expect(await connect().listTables()).toEqual({ type: 'refused', message: 'HTTP 422: bad token […]' });
    refuse('bad value a-long-value-of-a-field');
    expect(await connect().create('t', [{ f: 'a-long-value-of-a-field' }])).toEqual({
      type: 'refused',
      message: 'HTTP 422: bad value […]',
    });
    refuse('unknown id-of-a-session');
    expect(await connect().find('t', 'f', ['id-of-a-session'])).toEqual({
      type: 'refused',
      message: 'HTTP 422: unknown […]',
    });
  });

  it('tells how far the clock of NocoDB is ahead', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    const client = connect();
    expect(client.clockAheadMs).toBeUndefined();
    const dated = (date: string) => () => Response.json({ list: [] }, { headers: { date } });
    answers.push(dated(new Date(NOW + 7_000).toUTCString()), dated('nonsense'));
    await client.listTables();
    expect(client.clockAheadMs).toBe(7_000);
    await client.listTables();
    expect(client.clockAheadMs).toBe(7_000);
  });

  it('that leads elsewhere is not followed, and says where', async () => {
    answers.push(() => new Response(null, { status: 302, headers: { location: 'https://other.example/x' } }));
    expect(await connect().listTables()).toMatchObject({
      type: 'redirected',
      message: expect.stringContaining('https://other.example') as unknown,
    });
    expect(asked).toHaveLength(1);
  });

  it('that leads within NocoDB costs another request', async () => {
    const client = connect();
    answers.push(() => new Response(null, { status: 307, headers: { location: `${CONFIG.url}/moved` } }));
    give({ list: [] });
    expect(await client.listTables()).toEqual({ type: 'ok', value: { list: [] } });
    expect([asked[1]?.url, client.requests]).toEqual([`${CONFIG.url}/moved`, 2]);
  });
});

describe('a request', () => {
  it('is not sent where another server mirrors', async () => {
    const client = connect({}, unlimited, async () => false);
    expect(await client.listTables()).toEqual({ type: 'displaced', message: 'another server is mirroring' });
    expect([asked, client.requests]).toEqual([[], 0]);
  });

  it("is not sent where the month's requests are used up, and says for how long", async () => {
    const notes = new Map<string, string>();
    const budget = new RequestBudget(
      { read: async (name) => notes.get(name), write: async (name, text) => void notes.set(name, text) },
      100,
      () => NOW,
    );
    while (await budget.take());
    const client = connect({}, budget);
    expect(await client.listTables()).toMatchObject({ type: 'spent', retryAfterMs: await budget.waitMs() });
    expect(asked).toEqual([]);
  });

  it('waits until the one before it is long enough ago', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['performance'] });
    const client = connect({ requestsPerSecond: 40 });
    const began = process.hrtime.bigint();
    for (let nth = 0; nth < 3; nth++) await client.listTables();
    // With the clock of the process stopped, each waits as long as all before it together: 25 ms and 50 ms.
    expect(Number(process.hrtime.bigint() - began) / 1e6).toBeGreaterThan(70);
  });

  it('that is broken off says so', async () => {
    const abort = new AbortController();
    const client = new NocoClient(CONFIG, unlimited, abort.signal);
    vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
      abort.abort(new Error('stopped'));
      return Promise.reject(init.signal?.aborted ? (init.signal.reason as Error) : new Error('not broken off'));
    });
    expect(await client.listTables()).toEqual({ type: 'unavailable', message: 'stopped' });
  });
});

it.for([
  [300, 'redirected'],
  [400, 'refused'],
] as const)('an answer with status %d is %s', async ([status, type]) => {
  const location = 'https://elsewhere.example/';
  answers.push(() => Response.json({ message: 'no' }, { status, headers: { location } }));
  expect(await connect().listTables()).toMatchObject({ type });
  expect(asked).toHaveLength(1);
});

it('a redirect to a file names no origin, as it has none', async () => {
  answers.push(() => new Response(null, { status: 301, headers: { location: 'file:///etc/passwd' } }));
  const message = expect.stringContaining('redirects to another address') as string;
  expect(await connect().listTables()).toMatchObject({ type: 'redirected', message });
});
