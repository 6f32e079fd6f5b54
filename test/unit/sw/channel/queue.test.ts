// What lies in the queue, and where there is no storage for it.
import { describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../../sw/channel/deliver.ts';
import {
  acknowledge,
  DAY,
  deliverOne,
  fail,
  fakeDevice,
  json,
  makeSpan,
  NOW,
  rows,
  state,
} from '../../../helpers/fake-device.ts';

const device = fakeDevice();

describe('the queue', () => {
  it('holds one row per span, however many beats it covers', async () => {
    for (let tick = 0; tick < 100; tick++) await device.queue.keep([{ ...makeSpan('s'), end: NOW + tick }]);
    expect(await rows(device)).toMatchObject([{ id: 's', end: NOW + 99 }]);
  });

  it('is not set back by a late message', async () => {
    await device.queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }]);
    await device.queue.keep([makeSpan('s')]);
    expect(await rows(device)).toMatchObject([{ end: NOW + 5_000 }]);
  });

  it('follows a clock that was set back: the longer version is the later one', async () => {
    await device.queue.keep([makeSpan('s')]);
    await device.queue.keep([{ ...makeSpan('s'), start: NOW - DAY, end: NOW - DAY + 5_000 }]);
    expect(await rows(device)).toMatchObject([{ start: NOW - DAY, end: NOW - DAY + 5_000 }]);
  });

  it('drops and counts rows older than a week that were tried', async () => {
    await device.queue.keep([makeSpan('old', NOW - 7 * DAY), makeSpan('new', NOW - 7 * DAY + 1)]);
    device.answer = fail;
    for (let time = 1; time < 10; time++)
      expect(await deliver(device.queue, 'online')).toMatchObject({ stored: 0, waiting: 2 });
    expect(await deliver(device.queue, 'online')).toMatchObject({ stored: 0, waiting: 1 });
    expect(await rows(device)).toMatchObject([{ id: 'new' }]);
    expect(await state(device, 'expired')).toBe(1);
  });

  it('is not emptied by a clock that jumps ahead by more than a week', async () => {
    await device.queue.keep([makeSpan('s'), makeSpan('t')]);
    vi.setSystemTime(NOW + 8 * DAY);
    expect(await deliver(device.queue, 'beat')).toMatchObject({ stored: 2, waiting: 0 });
    expect(await state(device, 'expired')).toBeUndefined();
  });

  it('keeps reading from a clock in 1970, even if the first tries after its correction fail', async () => {
    await device.queue.keep([makeSpan('s', 60_000)]);
    device.answer = fail;
    for (let time = 0; time < 5; time++) await deliver(device.queue, 'online');
    device.answer = acknowledge;
    expect(await deliver(device.queue, 'online')).toMatchObject({ stored: 1, waiting: 0 });
  });

  it('deletes refused spans after a week', async () => {
    device.answer = () =>
      json(200, { success: true, stored: [], refused: [{ id: 's', reason: 'malformed' }], now: NOW });
    await deliverOne(device);
    vi.setSystemTime(NOW + 7 * DAY - 1);
    await deliver(device.queue, 'beat');
    expect(await rows(device, 'refused')).toHaveLength(1);
    vi.setSystemTime(NOW + 7 * DAY);
    await deliver(device.queue, 'beat');
    expect(await rows(device, 'refused')).toEqual([]);
  });

  it('opens the database again when the connection is lost', async () => {
    await device.queue.keep([makeSpan('s')]);
    device.queue.database.connection?.close();
    await device.queue.keep([makeSpan('t')]);
    expect(await rows(device)).toHaveLength(2);
    expect(device.queue.trouble).toBeUndefined();
  });

  it('causes no unhandled rejection in the host page when the browser aborts a transaction', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    await device.queue.keep([makeSpan('s')]);
    const get = vi.spyOn(IDBObjectStore.prototype, 'get');
    for (const work of [() => device.queue.keep([makeSpan('t')]), () => deliver(device.queue, 'beat')]) {
      get.mockImplementationOnce(function (this: IDBObjectStore) {
        const { transaction } = this;
        setImmediate(() => transaction.abort());
        return this.getAll();
      });
      await work();
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
    expect(device.sent.flatMap(({ spans }) => spans.map(({ id }) => id))).toEqual(['s', 't']);
  });

  it('works in memory without storage, reports it, and delivers', async () => {
    vi.stubGlobal('indexedDB', undefined);
    device.answer = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await deliverOne(device)).toMatchObject({ waiting: 1 });
    expect(device.queue.trouble).toBeTruthy();
    device.answer = acknowledge;
    expect(await deliver(device.queue, 'beat')).toMatchObject({ stored: 0, waiting: 1, retryInMs: 1_800 });
    vi.setSystemTime(NOW + 2_000);
    expect(await deliver(device.queue, 'beat')).toMatchObject({ stored: 1, waiting: 0 });
    expect(device.queue.memory.size).toBe(0);
  });

  it('writes spans from memory as soon as the storage works', async () => {
    const factory = indexedDB;
    vi.stubGlobal('indexedDB', undefined);
    await device.queue.keep([makeSpan('s')]);
    vi.stubGlobal('indexedDB', factory);
    await device.queue.keep([makeSpan('t')]);
    expect(device.queue.trouble).toBeUndefined();
    expect(await rows(device)).toHaveLength(2);
  });
});
