// The queue when the browser's storage takes no more rows. Nothing is lost while
// the page lives, nothing is said to be kept that isn't, and nothing waits for ever. In a real Chromium:
// test/browser/storage-trouble.test.ts.
import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../../sw/channel/deliver.ts';
import { acknowledge as takeReceipt, readPause } from '../../../../sw/channel/delivery-queue.ts';
import { SpanQueue } from '../../../../sw/channel/queue.ts';
import { acknowledge, DOWN, fillUp, makeSpan, NOW, rowsOf, troubledDevice } from '../../../helpers/troubled-device.ts';

const device = troubledDevice();

/** The server acknowledges two spans, one of which has grown on the device meanwhile. */
async function takeReceiptWhileGrowing(): Promise<void> {
  const before = [makeSpan('grows'), makeSpan('stays')];
  await device.queue.keep([makeSpan('grows', NOW + 5_000)]);
  await takeReceipt(device.queue, before, { stored: ['grows', 'stays'], refused: [] });
}

describe('a full disk', () => {
  it('keeps spans in memory, reports why, and delivers them with the stored ones', async () => {
    device.answer = DOWN;
    await device.queue.keep([makeSpan('stored')]);
    fillUp();
    await device.queue.keep([makeSpan('held'), makeSpan('stored', NOW + 5_000)]);
    expect(device.queue.trouble).toMatch(/QuotaExceededError/);

    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 0, storageTrouble: device.queue.trouble });
    device.answer = acknowledge;
    device.sent = [];
    await deliver(device.queue, 'start');
    const ends = device.sent.flatMap(({ spans }) => spans.map(({ id, end }) => `${id} ${end - NOW}`));
    expect(ends).toEqual(['held 0', 'stored 5000', 'stored 0']);
    expect([...device.queue.memory]).toEqual([]);
    expect(await rowsOf(device.queue)).toEqual([]);
  });

  it('does not make a device ignore its pause', async () => {
    device.answer = () => new Response(null, { status: 429, headers: { 'retry-after': '60' } });
    await device.queue.keep([makeSpan('stored')]);
    fillUp();
    await deliver(device.queue, 'start');
    for (let time = 0; time < 5; time++)
      expect((await deliver(device.queue, 'beat')).retryInMs).toBeGreaterThan(59_000);
    expect(device.sent).toHaveLength(1);
  });

  it('does not make a pause permanent if the successful delivery could not read it', async () => {
    await device.queue.keep([makeSpan('a')]);
    device.answer = () => new Response('', { status: 401 });
    await deliver(device.queue, 'beat');
    const opening = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The disk is broken', 'UnknownError');
    });
    // As a worker that was started anew.
    const other = new SpanQueue();
    await other.keep([makeSpan('b')]);
    device.answer = (delivery) => {
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
    device.answer = () => new Response('', { status: 403 });
    await deliver(worker, 'left');
    vi.restoreAllMocks();
    device.answer = acknowledge;
    await deliver(device.queue, 'start');
    await worker.keep([makeSpan('b')]);
    expect(await deliver(worker, 'beat')).toMatchObject({ retryInMs: 0, waiting: 0 });
    expect(device.sentIds()).toContain('b');
  });

  it('keeps what has grown while it was delivered, and nothing that has not', async () => {
    fillUp();
    await device.queue.keep([makeSpan('grows'), makeSpan('stays')]);
    await takeReceiptWhileGrowing();
    expect([...device.queue.memory.values()]).toEqual([makeSpan('grows', NOW + 5_000)]);
    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 1 });
    expect(device.sent.at(-1)?.spans).toEqual([makeSpan('grows', NOW + 5_000)]);
    expect([...device.queue.memory]).toEqual([]);
  });

  it('leaves no older version behind of what the server has got from memory', async () => {
    await device.queue.keep([makeSpan('a')]);
    await takeReceipt(device.queue, [makeSpan('a', NOW + 5_000)], { stored: ['a'], refused: [] });
    expect(await rowsOf(device.queue)).toEqual([]);
  });

  it('that has space again stores the spans from memory', async () => {
    fillUp();
    await device.queue.keep([makeSpan('held')]);
    vi.restoreAllMocks();
    await device.queue.keep([]);
    expect(device.queue.trouble).toBeUndefined();
    expect([...device.queue.memory]).toEqual([]);
    expect(await rowsOf(new SpanQueue())).toMatchObject([{ id: 'held' }]);
  });

  it('does not replace the longer version of a span by the shorter one', async () => {
    fillUp();
    await device.queue.keep([makeSpan('held', NOW + 5_000)]);
    await device.queue.keep([makeSpan('held')]);
    expect([...device.queue.memory.values()]).toMatchObject([{ end: NOW + 5_000 }]);
  });
});

describe('the last write', () => {
  it('stays in memory if the transaction is aborted, and is written later', async () => {
    await device.queue.keep([makeSpan('a')]);
    device.queue.database.connection?.close();
    device.queue.keepAtExit(makeSpan('a', NOW + 3_000));
    expect([...device.queue.memory.values()]).toMatchObject([{ end: NOW + 3_000 }]);
    await device.queue.keep([]);
    expect(await rowsOf(device.queue)).toMatchObject([{ end: NOW + 3_000 }]);
    expect([...device.queue.memory]).toEqual([]);
  });

  it('is removed from memory when it is written', async () => {
    await device.queue.keep([makeSpan('a')]);
    device.queue.keepAtExit(makeSpan('a', NOW + 3_000));
    expect(await rowsOf(device.queue)).toMatchObject([{ end: NOW + 3_000 }]);
    await vi.waitFor(() => expect([...device.queue.memory]).toEqual([]));
  });
});
