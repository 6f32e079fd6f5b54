// What the delivery code makes of each failure that the inspector simulates.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FAILURES, SLOW_MS } from '../../../../client/inspector/failures.ts';

const SPAN = { id: 'a', session: 's', page: '/a/', start: 0, end: 1_000 };
const RECEIPT = { success: true, stored: ['a'], refused: [], now: 2_000 };

let requests = 0;
beforeEach(() => {
  requests = 0;
  vi.stubGlobal('fetch', () => {
    requests += 1;
    return Promise.resolve(Response.json(RECEIPT));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it.for([
  ['portal', { error: 'HTTP 200, not an answer of Stillhere', isNetworkError: true }],
  ['server-error', { error: 'HTTP 500: Simulated', isNetworkError: false, retryAfterMs: undefined }],
  ['too-many', { error: 'HTTP 429: Simulated', retryAfterMs: 20_000 }],
] as const)('%s fails without a request', async ([name, failure]) => {
  expect(await FAILURES[name].send([SPAN], false)).toMatchObject({ type: 'failed', ...failure });
  expect(requests).toBe(0);
});

it('a lost answer leaves the spans on the server', async () => {
  expect(await FAILURES.lost.send([SPAN], false)).toMatchObject({ type: 'failed', isNetworkError: true });
  expect(requests).toBe(1);
});

it('a lost answer tells of a real failure', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 502 })));
  const sent = await FAILURES.lost.send([SPAN], false);
  expect(sent).toMatchObject({ error: 'HTTP 502, not an answer of Stillhere' });
});

it('a slow server answers, after a while', async () => {
  vi.useFakeTimers();
  const sent = FAILURES.slow.send([SPAN], false);
  await vi.advanceTimersByTimeAsync(SLOW_MS - 1);
  expect(requests).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(await sent).toEqual({ type: 'receipt', receipt: RECEIPT });
});
