// The queue when the database does not answer. Nothing is lost while
// the page lives, nothing is said to be kept that isn't, and nothing waits for ever. In a real Chromium:
// test/browser/storage-trouble.test.ts.
import 'fake-indexeddb/auto';
import { IDBOpenDBRequest } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../../sw/channel/deliver.ts';
import type { Span } from '../../../../sw/protocol/delivery.ts';
import {
  deleteElsewhere,
  makeSpan,
  openElsewhere,
  read,
  rowsOf,
  troubledDevice,
} from '../../../helpers/troubled-device.ts';

const device = troubledDevice();

describe('a database that does not answer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });

  /** Resolves when the queue has given up. */
  async function keepInVain(span: Span): Promise<void> {
    const keeping = device.queue.keep([span]).then(() => true);
    let tookMs = 0;
    const wait = async (): Promise<boolean> => {
      await vi.advanceTimersByTimeAsync(100);
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      tookMs += 100;
      return false;
    };
    while (!(await Promise.race([keeping, wait()]))) expect(tookMs).toBeLessThan(11_000);
    expect(tookMs).toBeGreaterThan(4_000);
    expect(device.queue.trouble).toMatch(/no answer/);
  }

  function stopAnswering(): void {
    vi.stubGlobal('indexedDB', { open: () => new IDBOpenDBRequest() });
  }

  it('times out after seconds, and later calls fail immediately', async () => {
    stopAnswering();
    await keepInVain(makeSpan('a'));
    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 1 });
    await device.queue.keep([makeSpan('b')]);
    expect(device.queue.trouble).toMatch(/no answer/);
  });

  it('is opened again after a while if the first request is never answered', async () => {
    const factory = indexedDB;
    stopAnswering();
    await keepInVain(makeSpan('a'));
    vi.stubGlobal('indexedDB', factory);
    await vi.advanceTimersByTimeAsync(30_000);
    await device.queue.keep([]);
    expect(await rowsOf(device.queue)).toMatchObject([{ id: 'a' }]);
  });

  it('because another tab has an older version open is used as soon as that closes', async () => {
    const older = await openElsewhere(1);
    await keepInVain(makeSpan('a'));
    older.close();
    await vi.waitFor(() => expect(device.queue.database.connection).toBeDefined());
    await device.queue.keep([]);
    expect(device.queue.trouble).toBeUndefined();
    expect(await rowsOf(device.queue)).toMatchObject([{ id: 'a' }]);
    // It was asked twice; of the two connections one is closed again.
    await deleteElsewhere();
  });

  it('during a transaction does not write the abandoned data later', async () => {
    await device.queue.keep([makeSpan('a')]);
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
    await device.queue.keep([]);
    expect(await rowsOf(device.queue)).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  });
});
