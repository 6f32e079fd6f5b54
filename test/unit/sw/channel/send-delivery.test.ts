// One request of a delivery: what is sent, how long an answer is waited for, and what each answer means.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toRow } from '../../../../sw/channel/queue.ts';
import { sendDelivery } from '../../../../sw/channel/send-delivery.ts';
import type { Span } from '../../../../sw/protocol/delivery.ts';
import type { DeliveryResult } from '../../../../sw/protocol/messages.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const SPAN: Span = { id: 's', session: 'ann', page: '/a/', start: NOW - 1_000, end: NOW };

let asked: [unknown, RequestInit][];
beforeEach(() => {
  asked = [];
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function send(answer: (init: RequestInit) => Response | Promise<Response>): Promise<DeliveryResult> {
  vi.stubGlobal('fetch', async (url: unknown, init: RequestInit) => {
    asked.push([url, init]);
    return answer(init);
  });
  return sendDelivery([SPAN], false);
}

const json = (status: number, body: unknown, headers?: Record<string, string>) => (): Response =>
  Response.json(body, { status, ...(headers && { headers }) });
const html = (status: number) => (): Response => new Response('<h1>No</h1>', { status });
const refusal = { success: false, error: 'no' };

describe('a request', () => {
  it('is a POST of JSON that follows no redirect, with the clock of the device', async () => {
    await send(json(500, refusal));
    expect(asked).toEqual([
      [
        '/api/session-heartbeat',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ sentAt: NOW, spans: [SPAN] }),
          redirect: 'manual',
          signal: expect.any(AbortSignal) as unknown,
        },
      ],
    ]);
  });

  it('says what is over, and what is sent again, and nothing that only the device needs', async () => {
    vi.stubGlobal('fetch', async (url: unknown, init: RequestInit) => {
      asked.push([url, init]);
      return json(500, refusal)();
    });
    await sendDelivery([toRow({ ...SPAN, closed: true }), toRow(SPAN)], true);
    expect(JSON.parse(asked[0]?.[1].body as string)).toEqual({
      sentAt: NOW,
      spans: [
        { ...SPAN, closed: true, replayed: true },
        { ...SPAN, replayed: true },
      ],
    });
  });

  it("goes to the site's own server, or to the one that the site names, never where a page's base leads", async () => {
    vi.stubGlobal('origin', 'https://site.example');
    await send(json(500, refusal));
    vi.stubGlobal('stillhereServer', 'https://stillhere.example');
    await send(json(500, refusal));
    expect(asked.map(([url]) => url)).toEqual([
      'https://site.example/api/session-heartbeat',
      'https://stillhere.example/api/session-heartbeat',
    ]);
  });

  it('goes to the path under which the site lies, also on another server', async () => {
    vi.stubGlobal('stillhereBase', '/work');
    await send(json(500, refusal));
    vi.stubGlobal('origin', 'https://site.example');
    await send(json(500, refusal));
    vi.stubGlobal('stillhereServer', 'https://stillhere.example');
    await send(json(500, refusal));
    expect(asked.map(([url]) => url)).toEqual([
      '/work/api/session-heartbeat',
      'https://site.example/work/api/session-heartbeat',
      'https://stillhere.example/work/api/session-heartbeat',
    ]);
  });

  it('has 20 s to be answered, then it is broken off: that is no missing network', async () => {
    const sending = send(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    await vi.advanceTimersByTimeAsync(19_999);
    expect(asked[0]?.[1].signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await sending).toEqual({ type: 'failed', error: 'no answer in time', isNetworkError: false });
  });

  it('that was answered leaves no timer behind', async () => {
    await send(json(500, refusal));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that does not get out is the network', async () => {
    expect(await send(() => Promise.reject(new TypeError('Failed to fetch')))).toEqual({
      type: 'failed',
      error: 'TypeError: Failed to fetch',
      isNetworkError: true,
    });
  });
});

describe('an answer', () => {
  it('with a receipt is one, whatever else is in it', async () => {
    const receipt = { success: true, stored: ['s'], refused: [], now: NOW, more: 1 };
    expect(await send(json(200, receipt))).toEqual({ type: 'receipt', receipt });
  });

  it.for<[string, unknown]>([
    ['no success', { success: false, stored: [], refused: [] }],
    ['success that is no truth', { success: 1, stored: [], refused: [] }],
    ['no list of what is stored', { success: true, stored: 's', refused: [] }],
    ['no list of what is refused', { success: true, stored: [] }],
    ['nothing', null],
  ])('with %s is no receipt', async ([, body]) => {
    expect(await send(json(200, body))).toMatchObject({ type: 'failed' });
  });

  it('that is a receipt with another status is none', async () => {
    expect(await send(json(201, { success: true, stored: ['s'], refused: [] }))).toMatchObject({ type: 'failed' });
  });

  it.for([400, 413])('%i says that the body is bad, and is believed only of our server', async (status) => {
    expect(await send(json(status, refusal))).toEqual({
      type: 'rejected-body',
      error: `HTTP ${status}: no`,
      isStillhere: true,
    });
    expect(await send(html(status))).toEqual({
      type: 'rejected-body',
      error: `HTTP ${status}, not an answer of Stillhere`,
      isStillhere: false,
    });
  });

  it.for([401, 403])('%i is a denial', async (status) => {
    expect(await send(html(status))).toMatchObject({ isDenied: true, isAnswer: true, isNetworkError: false });
    expect(await send(json(status, refusal))).toMatchObject({ isDenied: true });
  });

  it.for([402, 404, 500, 502])('%i is trouble of a server, and no denial', async (status) => {
    expect(await send(html(status))).toEqual({
      type: 'failed',
      error: `HTTP ${status}, not an answer of Stillhere`,
      isAnswer: true,
      isNetworkError: false,
      isDenied: false,
      retryAfterMs: undefined,
    });
  });

  it.for([200, 302, 399, 511])('%i by somebody else is a captive portal: no server was reached', async (status) => {
    expect(await send(html(status))).toMatchObject({ isNetworkError: true, isAnswer: true });
  });

  it('511 by our own server is not', async () => {
    expect(await send(json(511, refusal))).toMatchObject({ isNetworkError: false });
  });

  it.for([429, 503])('%i asks for a pause, in seconds or till a date on its own clock', async (status) => {
    const date = (ms: number): string => new Date(ms).toUTCString();
    const pause = async (headers: Record<string, string>): Promise<unknown> => {
      const result = await send(json(status, refusal, headers));
      expect(result).toMatchObject({ isAnswer: false });
      return (result as { retryAfterMs?: number }).retryAfterMs;
    };
    expect(await pause({ 'retry-after': '7' })).toBe(7_000);
    expect(await pause({ 'retry-after': '0' })).toBe(0);
    expect(await pause({ 'retry-after': date(NOW + 5_000) })).toBe(5_000);
    expect(await pause({ 'retry-after': date(5_000), date: date(2_000) })).toBe(3_000);
    expect(await pause({ 'retry-after': date(NOW - 5_000) })).toBeUndefined();
    for (const value of ['', '7s', 's7', '-1x', 'soon']) expect(await pause({ 'retry-after': value })).toBeUndefined();
    expect(await pause({})).toBeUndefined();
  });

  it('500 may not ask for one', async () => {
    expect(await send(json(500, refusal, { 'retry-after': '7' }))).toMatchObject({ retryAfterMs: undefined });
  });
});
