// What a row of the queue has, and which version of a span it keeps. When and how rows leave: queue.test.ts.
import { describe, expect, it, vi } from 'vitest';
import { SpanQueue } from '../../../../sw/channel/queue.ts';
import { countWaiting } from '../../../../sw/channel/delivery-queue.ts';
import { onEmit } from '../../../../sw/channel/events.ts';
import { deliver } from '../../../../sw/channel/deliver.ts';
import { fail, fakeDevice, json, makeSpan, NOW, rows } from '../../../helpers/fake-device.ts';

const device = fakeDevice();

describe('a row', () => {
  it('has the times in words, first what a person looks for', async () => {
    await device.queue.keep([makeSpan('s')]);
    const [row] = await rows(device);
    expect(row).toEqual({
      ...makeSpan('s'),
      startTime: '2026-11-24T07:59:59.000Z',
      endTime: '2026-11-24T08:00:00.000Z',
      attempts: 0,
    });
    expect(Object.keys(row as object).slice(0, 4)).toEqual(['page', 'startTime', 'endTime', 'attempts']);
  });

  it('keeps its failed deliveries when the span grows, and its times follow', async () => {
    device.answer = fail;
    await device.queue.keep([makeSpan('s')]);
    await deliver(device.queue, 'online');
    await device.queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }]);
    expect(await rows(device)).toMatchObject([
      { attempts: 1, end: NOW + 5_000, endTime: '2026-11-24T08:00:05.000Z', lastError: expect.any(String) as string },
    ]);
  });

  it('takes the later message of two that are as long: the page was closed', async () => {
    await device.queue.keep([makeSpan('s')]);
    await device.queue.keep([{ ...makeSpan('s'), closed: true }]);
    expect(await rows(device)).toMatchObject([{ id: 's', end: NOW, closed: true }]);
  });

  it('is not made again of a span that was refused', async () => {
    device.answer = () =>
      json(200, { success: true, stored: [], refused: [{ id: 's', reason: 'malformed' }], now: NOW });
    await device.queue.keep([makeSpan('s')]);
    await deliver(device.queue, 'online');
    await device.queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }, makeSpan('t')]);
    expect(await rows(device)).toMatchObject([{ id: 't' }]);
    expect(await rows(device, 'refused')).toMatchObject([{ id: 's', lastError: 'malformed' }]);
  });
});

it('spans are told once they are kept, and nothing is told where there are none', async () => {
  const told: unknown[] = [];
  onEmit((event) => told.push(event));
  await device.queue.keep([]);
  await device.queue.keep([makeSpan('s')]);
  onEmit(() => {});
  expect(told).toMatchObject([{ type: 'kept', spans: [makeSpan('s')] }]);
});

describe('the last write', () => {
  it('before anything was written stays in memory, and counts as waiting', async () => {
    const queue = new SpanQueue();
    expect(queue.trouble).toBe('not written');
    queue.keepAtExit(makeSpan('s'));
    expect([...queue.memory.keys()]).toEqual(['s']);
    expect(await countWaiting(queue)).toBe(1);
  });

  it('is committed at once, without an answer', async () => {
    await device.queue.keep([]);
    const commit = vi.spyOn(IDBTransaction.prototype, 'commit');
    device.queue.keepAtExit(makeSpan('s'));
    expect(commit).toHaveBeenCalledTimes(1);
    expect(await rows(device)).toMatchObject([{ id: 's', attempts: 0, endTime: '2026-11-24T08:00:00.000Z' }]);
    await vi.waitFor(() => expect(device.queue.memory.size).toBe(0));
  });

  it('leaves in memory what has grown while it was written', async () => {
    await device.queue.keep([]);
    device.queue.keepAtExit(makeSpan('s'));
    const grown = { ...makeSpan('s'), end: NOW + 5_000 };
    device.queue.memory.set('s', grown);
    expect(await rows(device)).toHaveLength(1);
    expect([...device.queue.memory.values()]).toEqual([grown]);
  });
});
