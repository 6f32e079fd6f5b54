// Beats and the page's last words. The latter are written, told to the worker and sent, all before the call returns. What
// browsers make of each of the three is measured in test/bench/last-words.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkerConnection } from '../../../client/worker-connection.ts';
import { HEARTBEAT_PATH, type Span } from '../../../sw/protocol/delivery.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

let told: unknown[];
let requests: [unknown, RequestInit][];
let network: () => Promise<Response>;
let document: { cookie: string };
beforeEach(() => {
  told = [];
  requests = [];
  network = () => new Promise(() => {});
  document = { cookie: '' };
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('document', document);
  const worker = { state: 'activated', postMessage: (message: unknown) => told.push(message) };
  vi.stubGlobal('navigator', { serviceWorker: { controller: worker } });
  vi.stubGlobal('fetch', (url: unknown, init: RequestInit) => {
    requests.push([url, init]);
    return network();
  });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

const makeSpan = (id: string, page = '/a/'): Span => ({ id, session: 'ann', page, start: NOW - 1_000, end: NOW });
const sentIds = (): string[][] =>
  requests.map(([, { body }]) => (JSON.parse(body as string) as { spans: Span[] }).spans.map(({ id }) => id));

/** A connection whose database is open. */
async function connect(): Promise<WorkerConnection> {
  const connection = new WorkerConnection('/sw.js');
  await connection.queue.keep([]);
  return connection;
}

describe('a beat', () => {
  it('says when the next one is due, to the worker or to the server', async () => {
    void (await connect()).beat('beat', [makeSpan('s')], 30_000);
    await vi.waitFor(() =>
      expect(told).toEqual([{ type: 'stillhere-beat', trigger: 'beat', spans: [makeSpan('s')], nextBeatMs: 30_000 }]),
    );
    vi.stubGlobal('navigator', {});
    void (await connect()).beat('beat', [makeSpan('s')], 30_000);
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(JSON.parse(requests[0]?.[1].body as string)).toMatchObject({ nextBeatMs: 30_000 });
  });
});

describe('the last words', () => {
  it('are told to the worker, and sent by a request that outlives the page', async () => {
    const connection = await connect();
    connection.lastWords([makeSpan('s')]);
    expect(told).toEqual([{ type: 'stillhere-beat', trigger: 'left', spans: [makeSpan('s')] }]);
    expect(requests).toEqual([
      [
        HEARTBEAT_PATH,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ sentAt: NOW, spans: [makeSpan('s')] }),
          keepalive: true,
        },
      ],
    ]);
  });

  it('are written without waiting, with what could not be written before', async () => {
    const connection = await connect();
    connection.queue.memory.set('held', makeSpan('held'));
    connection.lastWords([makeSpan('s')]);
    const database = connection.queue.database.connection;
    const all = database?.transaction('spans').objectStore('spans').getAll();
    await new Promise((resolve) => all?.addEventListener('success', resolve));
    expect(all?.result).toMatchObject([makeSpan('held'), makeSpan('s')]);
  });

  it('include what may not be stored yet, before what has just changed', async () => {
    const connection = new WorkerConnection('/sw.js');
    const beaten = connection.beat('beat', [makeSpan('held'), makeSpan('grows')]);
    const grown = { ...makeSpan('grows'), start: NOW - 2_000 };
    connection.lastWords([grown, makeSpan('s')]);
    expect(told).toEqual([
      { type: 'stillhere-beat', trigger: 'left', spans: [makeSpan('held'), grown, makeSpan('s')] },
    ]);
    expect(sentIds()).toEqual([['held', 'grows', 's']]);
    // The beat is given up: its spans are sent.
    expect(await beaten).toBeUndefined();
    expect([told.length, requests.length]).toEqual([1, 1]);
  });

  it('are the latest spans where the browser would not send all of them', async () => {
    const connection = await connect();
    // Each character takes three bytes.
    const spans = Array.from({ length: 10 }, (_, nth) => makeSpan(`s${nth}`, `/${'頁'.repeat(4_900)}`));
    connection.lastWords(spans);
    expect(sentIds()).toEqual([['s6', 's7', 's8', 's9']]);
    expect(Buffer.byteLength(requests[0]?.[1].body as string)).toBeLessThan(64 * 1024);
    expect(told).toMatchObject([{ spans }]);
  });

  it('are not sent while the inspector simulates offline, and a failed request is no error of the page', async () => {
    const connection = await connect();
    document.cookie = 'a=b; stillhere_offline=1';
    connection.lastWords([makeSpan('s')]);
    expect([told.length, requests.length]).toEqual([1, 0]);
    document.cookie = '';
    network = () => Promise.reject(new TypeError('Failed to fetch'));
    connection.lastWords([makeSpan('s')]);
    expect(requests).toHaveLength(1);
  });

  it('are written and sent where there is no worker', async () => {
    vi.stubGlobal('navigator', {});
    const connection = await connect();
    connection.lastWords([makeSpan('s')]);
    expect(sentIds()).toEqual([['s']]);
  });
});
