// The channel's listeners in a worker that a test plays: messages of pages, sync events, and what the browser is asked for. In
// Chromium: test/browser/background-sync.test.ts.
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryOutcome } from '../../../../sw/protocol/messages.ts';
import { acknowledge, fail, fakeDevice, json, makeSpan, rows, state } from '../../../helpers/fake-device.ts';

/** By its name: its types are those of a worker, which these tests don't have. */
const LISTENERS = join(import.meta.dirname, '../../../../sw/worker/listeners.ts');
const PREFIX = 'workbox-background-sync:';

const device = fakeDevice();

/** A browser with Background Sync, as far as a worker sees it. */
class FakeWorker extends EventTarget {
  readonly asked: string[] = [];
  readonly periodic: unknown[] = [];
  readonly pages: { visibilityState: string; told: unknown[] }[] = [];
  isDenied = false;
  readonly registration = {
    sync: {
      register: async (tag: string) => void this.asked.push(tag),
      getTags: async () => {
        if (this.isDenied) throw new DOMException('denied', 'NotAllowedError');
        return this.asked;
      },
    },
    periodicSync: {
      register: async (...given: unknown[]) => {
        this.periodic.push(given);
        throw new DOMException('not installed', 'NotAllowedError');
      },
      unregister: async (tag: string) => void this.periodic.push(tag),
    },
  };
  readonly clients = {
    matchAll: async (filter: unknown) => {
      expect(filter).toEqual({ type: 'window', includeUncontrolled: true });
      return this.pages.map(({ visibilityState, told }) => ({
        visibilityState,
        postMessage: (message: unknown) => told.push(message),
      }));
    },
  };

  /** Resolves when the event is over, as for the browser; undefined if no listener keeps the worker running. */
  async say(type: string, fields: object): Promise<unknown> {
    const waits: Promise<unknown>[] = [];
    const event = Object.assign(new Event(type), fields, { waitUntil: (wait: Promise<unknown>) => waits.push(wait) });
    this.dispatchEvent(event);
    return waits.length > 0 ? Promise.all(waits) : undefined;
  }

  /** A message with a port; resolves with the answers. */
  async tell(data: unknown): Promise<unknown[]> {
    const answers: unknown[] = [];
    await this.say('message', { data, ports: [{ postMessage: (answer: unknown) => answers.push(answer) }] });
    return answers;
  }

  addPage(visibilityState: string): unknown[] {
    const told: unknown[] = [];
    this.pages.push({ visibilityState, told });
    return told;
  }
}

let worker: FakeWorker;
async function listen(): Promise<void> {
  // Workbox logs its own steps otherwise.
  vi.stubGlobal('__WB_DISABLE_DEV_LOGS', true);
  vi.stubGlobal('self', Object.assign(worker, { __WB_DISABLE_DEV_LOGS: true }));
  vi.resetModules();
  const { heartbeat } = (await import(LISTENERS)) as { heartbeat: () => void };
  heartbeat();
}
beforeEach(async () => {
  worker = new FakeWorker();
  await listen();
});

const beat = (id = 's', trigger = 'beat'): Promise<unknown[]> =>
  worker.tell({ type: 'stillhere-beat', trigger, spans: [makeSpan(id)] });
const syncEvent = (tag = `${PREFIX}stillhere`): Promise<unknown> => worker.say('sync', { tag });

describe('a beat', () => {
  it('is delivered with the time to the next one, as far as the page says', async () => {
    await worker.tell({ type: 'stillhere-beat', trigger: 'beat', spans: [makeSpan('s')], nextBeatMs: 30_000 });
    await beat('t');
    expect(device.sent.map(({ nextBeatMs }) => nextBeatMs)).toEqual([30_000, undefined]);
  });

  it('is kept and delivered, and the page hears of it', async () => {
    const page = worker.addPage('visible');
    expect(await beat()).toMatchObject([{ stored: 1, waiting: 0, retryInMs: 0 }]);
    expect(device.sent.map(({ spans }) => spans)).toEqual([[makeSpan('s')]]);
    expect([page, worker.asked, worker.periodic]).toEqual([[], [], []]);
  });

  it('without a port, the last words of a page, is delivered all the same', async () => {
    await worker.say('message', {
      data: { type: 'stillhere-beat', trigger: 'left', spans: [makeSpan('s')] },
      ports: [],
    });
    expect(device.sent).toHaveLength(1);
    await worker.say('message', { data: 'stillhere-introduce-yourself', ports: [] });
  });

  it('of which only one span fails is no reason to try again soon', async () => {
    const page = worker.addPage('visible');
    device.answer = (delivery) =>
      delivery.spans.some(({ id }) => id === 's')
        ? new Response('<h1>No</h1>', { status: 400 })
        : acknowledge(delivery);
    await device.queue.keep([makeSpan('t')]);
    expect(await beat()).toMatchObject([
      { stored: 1, waiting: 1, retryInMs: 0, error: expect.stringContaining('400') },
    ]);
    expect([page, worker.asked]).toEqual([[], []]);
  });

  it('that fails is kept, visible pages hear when it is tried again, and the browser is asked to wake the worker', async () => {
    device.answer = fail;
    const pages = [worker.addPage('visible'), worker.addPage('hidden'), worker.addPage('visible')];
    const [outcome] = (await beat()) as [DeliveryOutcome];
    expect(outcome.retryInMs).toBeGreaterThan(0);
    const notice = { type: 'stillhere-rest', retryInMs: outcome.retryInMs };
    expect(pages).toEqual([[notice], [], [notice]]);
    expect(worker.asked).toEqual([`${PREFIX}stillhere`]);
    expect(worker.periodic).toEqual([['stillhere', { minInterval: 43_200_000 }]]);
    expect(await rows(device)).toMatchObject([{ id: 's', attempts: 1 }]);
  });

  it('in a pause tells pages nothing new, and asks for no second event', async () => {
    device.answer = fail;
    await beat();
    const page = worker.addPage('visible');
    expect(await beat('t')).toMatchObject([{ waiting: 2 }]);
    expect([page, device.sent.length, worker.asked.length, worker.periodic.length]).toEqual([[], 1, 1, 1]);
  });

  it('asks for an event also where the reader has denied to tell which ones are waiting', async () => {
    device.answer = fail;
    worker.isDenied = true;
    await beat();
    expect(worker.asked).toEqual([`${PREFIX}stillhere`]);
  });

  it('gets its outcome where the browser has no periodic events', async () => {
    Object.assign(worker.registration, { periodicSync: undefined });
    device.answer = fail;
    expect(await beat()).toMatchObject([{ waiting: 1 }]);
    expect(worker.asked).toHaveLength(1);
    device.answer = acknowledge;
    await worker.say('periodicsync', { tag: 'stillhere' });
    expect(await rows(device)).toEqual([]);
  });

  it('is all there is without Background Sync', async () => {
    worker = Object.assign(new FakeWorker(), { registration: {} });
    await listen();
    device.answer = fail;
    expect(await beat()).toMatchObject([{ waiting: 1 }]);
    expect(await syncEvent()).toBeUndefined();
    expect(await worker.say('periodicsync', { tag: 'stillhere' })).toBeUndefined();
    expect(worker.asked).toEqual([]);
  });
});

describe('a sync event', () => {
  it('delivers what waits, and counts itself before it tries', async () => {
    await device.queue.keep([makeSpan('s')]);
    let attempts: unknown;
    const { answer } = device;
    device.answer = async (delivery, nth) => {
      attempts = await state(device, 'stillhere');
      return answer(delivery, nth);
    };
    await syncEvent();
    expect([attempts, await rows(device)]).toEqual([1, []]);
    await syncEvent();
    expect(await state(device, 'stillhere')).toBe(2);
  });

  it('fails with the delivery, so that the browser tries again, and asks for no other', async () => {
    await device.queue.keep([makeSpan('s')]);
    device.answer = () => json(503, { success: false, error: 'later' }, { 'retry-after': '60' });
    await expect(syncEvent()).rejects.toThrow('HTTP 503: later');
    // In the pause that the server has asked for.
    await expect(syncEvent()).rejects.toThrow('resting');
    expect(worker.asked).toEqual([]);
  });

  it('fails where the storage does: spans may wait that cannot be seen', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('The disk is broken', 'UnknownError');
      },
    });
    await expect(syncEvent()).rejects.toThrow('The disk is broken');
  });

  it('of another tag is none of ours', async () => {
    expect(await syncEvent(`${PREFIX}of-the-site`)).toBeUndefined();
    expect(await syncEvent('stillhere')).toBeUndefined();
  });

  it('of a tag that fires again later makes way for the next tag', async () => {
    device.answer = fail;
    await beat();
    for (let time = 0; time < 2; time++) await expect(syncEvent()).rejects.toThrow('HTTP 500');
    // Each has tried, whatever the pause.
    expect(device.sent).toHaveLength(3);
    await beat('t', 'online');
    expect(worker.asked).toEqual([`${PREFIX}stillhere`, `${PREFIX}stillhere-2`]);
  });

  it('begins anew when the browser has given its tag up', async () => {
    device.answer = fail;
    await beat();
    for (let time = 0; time < 3; time++) await expect(syncEvent()).rejects.toThrow('HTTP 500');
    worker.asked.length = 0;
    await beat('t', 'online');
    expect(worker.asked).toEqual([`${PREFIX}stillhere`]);
    expect(await state(device, 'stillhere')).toBeUndefined();
  });
});

describe('a periodic event', () => {
  it('delivers, and ends when nothing waits any more', async () => {
    await device.queue.keep([makeSpan('s')]);
    await worker.say('periodicsync', { tag: 'stillhere' });
    expect([await rows(device), worker.periodic]).toEqual([[], ['stillhere']]);
  });

  it('goes on while something waits', async () => {
    await device.queue.keep([makeSpan('s')]);
    device.answer = fail;
    await expect(worker.say('periodicsync', { tag: 'stillhere' })).rejects.toThrow('HTTP 500');
    expect(worker.periodic).toEqual([]);
  });

  it('of another tag is none of ours', async () => {
    expect(await worker.say('periodicsync', { tag: 'of-the-site' })).toBeUndefined();
    expect(device.sent).toEqual([]);
  });
});

describe('other messages', () => {
  it('ask for the version and the last 30 events', async () => {
    await beat('s0');
    expect(await worker.tell('stillhere-introduce-yourself')).toMatchObject([
      { announced: [{ type: 'kept' }, { type: 'sent' }, { type: 'delivered' }] },
    ]);
    for (let nth = 1; nth < 12; nth++) await beat(`s${nth}`);
    const [info] = (await worker.tell('stillhere-introduce-yourself')) as [
      { version: string; announced: { type: string }[] },
    ];
    expect(info.version).toBe('0.1.0');
    // Three of each beat: kept, sent, delivered. The oldest six are gone.
    expect(info.announced).toHaveLength(30);
    expect(info.announced.slice(0, 2)).toMatchObject([{ type: 'kept', spans: [{ id: 's2' }] }, { type: 'sent' }]);
    expect(info.announced.at(-1)).toMatchObject({ type: 'delivered' });
  });

  it.for([undefined, null, 'text', { type: 'of-the-site' }])('are none of ours: %o', async (message) => {
    expect(await worker.tell(message)).toEqual([]);
    expect(device.sent).toEqual([]);
  });
});
