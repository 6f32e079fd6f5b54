// The queue when the database is another version's, or its connection is lost. Nothing is lost while
// the page lives, nothing is said to be kept that isn't, and nothing waits for ever. In a real Chromium:
// test/browser/storage-trouble.test.ts.
import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../../sw/channel/deliver.ts';
import { SpanQueue } from '../../../../sw/channel/queue.ts';
import {
  acknowledge,
  closeByForce,
  deleteElsewhere,
  DOWN,
  makeSpan,
  NOW,
  openElsewhere,
  read,
  rowsOf,
  troubledDevice,
} from '../../../helpers/troubled-device.ts';

const device = troubledDevice();

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

    await device.queue.keep([makeSpan('new')]);
    expect(device.queue.trouble).toBeUndefined();
    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 2, waiting: 0 });
    expect(device.sentIds()).toEqual(['new', 'old']);
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

    device.answer = DOWN;
    await device.queue.keep([makeSpan('new'), makeSpan('old', NOW + 5_000)]);
    await deliver(device.queue, 'start');
    expect(await rowsOf(device.queue)).toMatchObject([
      { id: 'new' },
      { id: 'old', end: NOW + 5_000, later: 'something' },
    ]);
    device.answer = acknowledge;
    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 2, waiting: 0 });
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

    await device.queue.keep([makeSpan('new')]);
    expect(device.queue.trouble).toMatch(/DataError/);
    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 1 });
    const after = await openElsewhere();
    expect(after.version).toBe(7);
    expect(await read(after.transaction('spans').objectStore('spans').getAll())).toEqual([{ key: 'later' }]);
  });

  it('that was created by inspection gets the stores', async () => {
    (await openElsewhere()).close();
    await device.queue.keep([makeSpan('new')]);
    expect(device.queue.trouble).toBeUndefined();
    expect(await rowsOf(device.queue)).toMatchObject([{ id: 'new' }]);
  });

  it('is opened once for concurrent calls, and by two queues', async () => {
    (await openElsewhere()).close();
    const other = new SpanQueue();
    await Promise.all(
      Array.from({ length: 6 }, (_, nth) => (nth % 2 ? device.queue : other).keep([makeSpan(`s${nth}`)])),
    );
    expect([device.queue.trouble, other.trouble]).toEqual([undefined, undefined]);
    expect(await rowsOf(device.queue)).toHaveLength(6);
  });
});

describe('a connection', () => {
  it('is to a database of the site alone, where several sites lie under paths of a host', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    await new SpanQueue().keep([makeSpan('a')]);
    vi.stubGlobal('stillhereBase', '/work');
    const other = new SpanQueue();
    await other.keep([makeSpan('b')]);
    expect(open.mock.calls.map(([name]) => name)).toEqual(['stillhere', 'stillhere/work']);
    expect(await rowsOf(other)).toMatchObject([{ id: 'b' }]);
  });

  it('lets others delete the database, even if it was lost while opening', async () => {
    const keeping = device.queue.keep([makeSpan('a')]);
    device.queue.database.connection?.close();
    await keeping;
    await deleteElsewhere();
    await device.queue.keep([makeSpan('b')]);
    expect(await rowsOf(device.queue)).toMatchObject([{ id: 'b' }]);
  });

  it('that the browser closes is opened again', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    await device.queue.keep([makeSpan('a')]);
    closeByForce(open.mock.results[0]?.value as IDBOpenDBRequest);
    expect(device.queue.database.connection).toBeUndefined();
    await device.queue.keep([makeSpan('b')]);
    expect(device.queue.trouble).toBeUndefined();
    expect(await rowsOf(device.queue)).toHaveLength(2);
  });

  it('that is new is not dropped after a failure of the old one', async () => {
    const open = vi.spyOn(indexedDB, 'open');
    await device.queue.keep([makeSpan('a')]);
    device.queue.database.connection?.close();
    await device.queue.keep([makeSpan('b')]);
    closeByForce(open.mock.results[0]?.value as IDBOpenDBRequest);
    expect(device.queue.database.connection).toBeDefined();
  });
});
