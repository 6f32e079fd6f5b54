// What the queue does when the browser's storage fails it: nothing is lost while the page lives, nothing is said to be kept
// that isn't, and nothing waits for ever. In a real Chromium: test/browser/storage-trouble.test.ts.
import 'fake-indexeddb/auto';
import { forceCloseDatabase, IDBFactory, IDBOpenDBRequest } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../../sw/channel/deliver.ts';
import { answer as rowsOf } from '../../../../sw/channel/indexed-db.ts';
import type { Delivery, Receipt, Span } from '../../../../sw/protocol/delivery.ts';
import { SpanQueue } from '../../../../sw/channel/queue.ts';
import { readDelivery } from '../../../helpers/delivery-request.ts';
import { acknowledge as takeReceipt, readPause } from '../../../../sw/channel/delivery-queue.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const DOWN = (): Response => Response.json({ success: false, error: 'down' }, { status: 500 });

let queue: SpanQueue;
let sent: Delivery[];
let answer: (delivery: Delivery) => Response;

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  queue = new SpanQueue();
  sent = [];
  answer = acknowledge;
  vi.stubGlobal('fetch', async (url: unknown, init: RequestInit) => {
    const delivery = readDelivery(url, init);
    sent.push(delivery);
    return answer(delivery);
  });
  return () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  };
});

function acknowledge({ spans }: Delivery): Response {
  return Response.json({ success: true, stored: spans.map(({ id }) => id), refused: [], now: NOW } satisfies Receipt);
}

function makeSpan(id: string, end = NOW): Span {
  return { id, session: 'ann', page: '/a/', start: NOW - 60_000, end };
}

async function rows(of = queue): Promise<unknown[] | undefined> {
  return of.database.use(['spans'], (store) => rowsOf(store.getAll()));
}

function sentIds(): string[] {
  return sent.flatMap(({ spans }) => spans.map(({ id }) => id));
}

/** The browser takes no row any more. What is there can be read and deleted, as with a full disk. */
function fillUp(): void {
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore) {
    this.transaction.abort();
    throw new DOMException('The disk is full', 'QuotaExceededError');
  });
}

/** The server acknowledges two spans, one of which has grown on the device meanwhile. */
async function takeReceiptWhileGrowing(): Promise<void> {
  const before = [makeSpan('grows'), makeSpan('stays')];
  await queue.keep([makeSpan('grows', NOW + 5_000)]);
  await takeReceipt(queue, before, { stored: ['grows', 'stays'], refused: [] });
}

/** Another script of the site, or another version of ours, opens the database. */
async function openElsewhere(version?: number, upgrade = (_database: IDBDatabase): void => {}): Promise<IDBDatabase> {
  const opening = indexedDB.open('stillhere', version);
  opening.addEventListener('upgradeneeded', () => upgrade(opening.result));
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  return opening.result;
}

async function read<T>(ask: IDBRequest<T>): Promise<T> {
  await new Promise((resolve) => ask.addEventListener('success', resolve));
  return ask.result;
}

/** Rejects when somebody holds it open. */
async function deleteElsewhere(): Promise<void> {
  const deleting = indexedDB.deleteDatabase('stillhere');
  await new Promise((resolve, reject) => {
    deleting.addEventListener('success', resolve);
    deleting.addEventListener('blocked', reject);
  });
}

/** As when the reader clears the site's data: the browser tells it with a `close` event. */
function closeByForce({ result }: IDBOpenDBRequest): void {
  forceCloseDatabase(result as never);
}

describe('a database with an unexpected schema', () => {
  it('of an older version gets the missing stores, and its rows are delivered', async () => {
    const older = await openElsewhere(1, (database) =>
      database.createObjectStore('spans', { keyPath: 'id' }).createIndex('end', 'end'),
    );
    older
      .transaction('spans', 'readwrite')
      .objectStore('spans')
      .put({ ...makeSpan('old'), attempts: 3 });
    older.close();

    await queue.keep([makeSpan('new')]);
    expect(queue.trouble).toBeUndefined();
    expect(await deliver(queue, 'start')).toMatchObject({ stored: 2, waiting: 0 });
    expect(sentIds()).toEqual(['new', 'old']);
  });

  it('of a newer version, after a rollback, is used unchanged, and its rows are delivered', async () => {
    const newer = await openElsewhere(7, (database) => {
      for (const name of ['spans', 'refused', 'later'])
        database.createObjectStore(name, { keyPath: 'id' }).createIndex('end', 'end');
      database.createObjectStore('state');
    });
    const writing = newer.transaction(['spans', 'later'], 'readwrite');
    writing.objectStore('spans').put({ ...makeSpan('old'), attempts: 0, later: 'something' });
    writing.objectStore('later').put({ id: 'untouched' });
    newer.close();

    answer = DOWN;
    await queue.keep([makeSpan('new'), makeSpan('old', NOW + 5_000)]);
    await deliver(queue, 'start');
    expect(await rows()).toMatchObject([{ id: 'new' }, { id: 'old', end: NOW + 5_000, later: 'something' }]);
    answer = acknowledge;
    expect(await deliver(queue, 'start')).toMatchObject({ stored: 2, waiting: 0 });
    const after = await openElsewhere();
    expect(after.version).toBe(7);
    expect(await read(after.transaction('later').objectStore('later').getAll())).toEqual([{ id: 'untouched' }]);
  });

  it('of a newer version with another format of spans is not touched: memory only', async () => {
    const newer = await openElsewhere(7, (database) => {
      for (const name of ['spans', 'refused']) database.createObjectStore(name, { keyPath: 'key' });
      database.createObjectStore('state');
    });
    newer.transaction('spans', 'readwrite').objectStore('spans').put({ key: 'later' });
    newer.close();

    await queue.keep([makeSpan('new')]);
    expect(queue.trouble).toMatch(/DataError/);
    expect(await deliver(queue, 'start')).toMatchObject({ stored: 1 });
    const after = await openElsewhere();
    expect(after.version).toBe(7);
    expect(await read(after.transaction('spans').objectStore('spans').getAll())).toEqual([{ key: 'later' }]);
  });

  it('that was created by inspection gets the stores', async () => {
    (await openElsewhere()).close();
    await queue.keep([makeSpan('new')]);
    expect(queue.trouble).toBeUndefined();
    expect(await rows()).toMatchObject([{ id: 'new' }]);
  });

  it('is opened once for concurrent calls, and by two queues', async () => {
    (await openElsewhere()).close();
    const other = new SpanQueue();
    await Promise.all(Array.from({ length: 6 }, (_, nth) => (nth % 2 ? queue : other).keep([makeSpan(`s${nth}`)])));
    expect([queue.trouble, other.trouble]).toEqual([undefined, undefined]);
    expect(await rows()).toHaveLength(6);
  });
});

describe('a connection', () => {
  it('lets others delete the database, even if it was lost while opening', async () => {
    const keeping = queue.keep([makeSpan('a')]);
    queue.database.connection?.close();
    await keeping;
    await deleteElsewhere();
    await queue.keep([makeSpan('b')]);
    expect(await rows()).toMatchObject([{ id: 'b' }]);
  });

  it('that the browser closes is opened again', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    await queue.keep([makeSpan('a')]);
    closeByForce(open.mock.results[0]?.value as IDBOpenDBRequest);
    expect(queue.database.connection).toBeUndefined();
    await queue.keep([makeSpan('b')]);
    expect(queue.trouble).toBeUndefined();
    expect(await rows()).toHaveLength(2);
  });

  it('that is new is not dropped after a failure of the old one', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    await queue.keep([makeSpan('a')]);
    queue.database.connection?.close();
    await queue.keep([makeSpan('b')]);
    closeByForce(open.mock.results[0]?.value as IDBOpenDBRequest);
    expect(queue.database.connection).toBeDefined();
  });
});

describe('a full disk', () => {
  it('keeps spans in memory, reports why, and delivers them with the stored ones', async () => {
    answer = DOWN;
    await queue.keep([makeSpan('stored')]);
    fillUp();
    await queue.keep([makeSpan('held'), makeSpan('stored', NOW + 5_000)]);
    expect(queue.trouble).toMatch(/QuotaExceededError/);

    expect(await deliver(queue, 'start')).toMatchObject({ stored: 0, storageTrouble: queue.trouble });
    answer = acknowledge;
    sent = [];
    await deliver(queue, 'start');
    const ends = sent.flatMap(({ spans }) => spans.map(({ id, end }) => `${id} ${end - NOW}`));
    expect(ends).toEqual(['held 0', 'stored 5000', 'stored 0']);
    expect([...queue.memory]).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it('does not make a device ignore its pause', async () => {
    answer = () => new Response(null, { status: 429, headers: { 'retry-after': '60' } });
    await queue.keep([makeSpan('stored')]);
    fillUp();
    await deliver(queue, 'start');
    for (let time = 0; time < 5; time++) expect((await deliver(queue, 'beat')).retryInMs).toBeGreaterThan(59_000);
    expect(sent).toHaveLength(1);
  });

  it('does not make a pause permanent if the successful delivery could not read it', async () => {
    await queue.keep([makeSpan('a')]);
    answer = () => new Response('', { status: 401 });
    await deliver(queue, 'beat');
    const opening = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The disk is broken', 'UnknownError');
    });
    // As a worker that was started anew.
    const other = new SpanQueue();
    await other.keep([makeSpan('b')]);
    answer = (delivery) => {
      opening.mockRestore();
      return acknowledge(delivery);
    };
    await deliver(other, 'beat');
    expect(await readPause(new SpanQueue())).toBeUndefined();
  });

  it('does not keep a pause that another delivery has ended since', async () => {
    const worker = new SpanQueue();
    fillUp();
    await worker.keep([makeSpan('a')]);
    answer = () => new Response('', { status: 403 });
    await deliver(worker, 'left');
    vi.restoreAllMocks();
    answer = acknowledge;
    await deliver(queue, 'start');
    await worker.keep([makeSpan('b')]);
    expect(await deliver(worker, 'beat')).toMatchObject({ retryInMs: 0, waiting: 0 });
    expect(sentIds()).toContain('b');
  });

  it('keeps what has grown while it was delivered, and nothing that has not', async () => {
    fillUp();
    await queue.keep([makeSpan('grows'), makeSpan('stays')]);
    await takeReceiptWhileGrowing();
    expect([...queue.memory.values()]).toEqual([makeSpan('grows', NOW + 5_000)]);
    expect(await deliver(queue, 'start')).toMatchObject({ stored: 1 });
    expect(sent.at(-1)?.spans).toEqual([makeSpan('grows', NOW + 5_000)]);
    expect([...queue.memory]).toEqual([]);
  });

  it('leaves no older version behind of what the server has got from memory', async () => {
    await queue.keep([makeSpan('a')]);
    await takeReceipt(queue, [makeSpan('a', NOW + 5_000)], { stored: ['a'], refused: [] });
    expect(await rows()).toEqual([]);
  });

  it('that has space again stores the spans from memory', async () => {
    fillUp();
    await queue.keep([makeSpan('held')]);
    vi.restoreAllMocks();
    await queue.keep([]);
    expect(queue.trouble).toBeUndefined();
    expect([...queue.memory]).toEqual([]);
    expect(await rows(new SpanQueue())).toMatchObject([{ id: 'held' }]);
  });

  it('does not replace the longer version of a span by the shorter one', async () => {
    fillUp();
    await queue.keep([makeSpan('held', NOW + 5_000)]);
    await queue.keep([makeSpan('held')]);
    expect([...queue.memory.values()]).toMatchObject([{ end: NOW + 5_000 }]);
  });
});

describe('the last write', () => {
  it('stays in memory if the transaction is aborted, and is written later', async () => {
    await queue.keep([makeSpan('a')]);
    queue.database.connection?.close();
    queue.keepAtExit(makeSpan('a', NOW + 3_000));
    expect([...queue.memory.values()]).toMatchObject([{ end: NOW + 3_000 }]);
    await queue.keep([]);
    expect(await rows()).toMatchObject([{ end: NOW + 3_000 }]);
    expect([...queue.memory]).toEqual([]);
  });

  it('is removed from memory when it is written', async () => {
    await queue.keep([makeSpan('a')]);
    queue.keepAtExit(makeSpan('a', NOW + 3_000));
    expect(await rows()).toMatchObject([{ end: NOW + 3_000 }]);
    await vi.waitFor(() => expect([...queue.memory]).toEqual([]));
  });
});

describe('a database that does not answer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });

  /** Resolves when the queue has given up. */
  async function keepInVain(span: Span): Promise<void> {
    const keeping = queue.keep([span]).then(() => true);
    let tookMs = 0;
    const wait = async (): Promise<boolean> => {
      await vi.advanceTimersByTimeAsync(100);
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      tookMs += 100;
      return false;
    };
    while (!(await Promise.race([keeping, wait()]))) expect(tookMs).toBeLessThan(11_000);
    expect(tookMs).toBeGreaterThan(4_000);
    expect(queue.trouble).toMatch(/no answer/);
  }

  function stopAnswering(): void {
    vi.stubGlobal('indexedDB', { open: () => new IDBOpenDBRequest() });
  }

  it('times out after seconds, and later calls fail immediately', async () => {
    stopAnswering();
    await keepInVain(makeSpan('a'));
    expect(await deliver(queue, 'start')).toMatchObject({ stored: 1 });
    await queue.keep([makeSpan('b')]);
    expect(queue.trouble).toMatch(/no answer/);
  });

  it('is opened again after a while if the first request is never answered', async () => {
    const factory = indexedDB;
    stopAnswering();
    await keepInVain(makeSpan('a'));
    vi.stubGlobal('indexedDB', factory);
    await vi.advanceTimersByTimeAsync(30_000);
    await queue.keep([]);
    expect(await rows()).toMatchObject([{ id: 'a' }]);
  });

  it('because another tab has an older version open is used as soon as that closes', async () => {
    const older = await openElsewhere(1);
    await keepInVain(makeSpan('a'));
    older.close();
    await vi.waitFor(() => expect(queue.database.connection).toBeDefined());
    await queue.keep([]);
    expect(queue.trouble).toBeUndefined();
    expect(await rows()).toMatchObject([{ id: 'a' }]);
    // It was asked twice; of the two connections one is closed again.
    await deleteElsewhere();
  });

  it('during a transaction does not write the abandoned data later', async () => {
    await queue.keep([makeSpan('a')]);
    const elsewhere = await openElsewhere();
    let isHeld = true;
    /** A transaction of another tab that never ends. */
    const store = elsewhere.transaction(['spans', 'refused'], 'readwrite').objectStore('spans');
    const hold = (): void => {
      if (isHeld) store.get('x').addEventListener('success', hold);
    };
    hold();
    await keepInVain(makeSpan('b'));
    isHeld = false;
    expect(await read(elsewhere.transaction('spans').objectStore('spans').getAllKeys())).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(30_000);
    await queue.keep([]);
    expect(await rows()).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  });
});
