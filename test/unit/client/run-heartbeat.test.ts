// From when a document counts that follows another one. What browsers make of it is tested in test/browser.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { normalizeOptions } from '../../../client/options.ts';
import type { Span } from '../../../sw/protocol/delivery.ts';
import { FakeDom } from '../../helpers/fake-dom.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const UNTOUCHED_MS = 10_000;
/** What it takes to load the code that says since when nobody has touched the documents before. */
const LOADING_MS = 3_000;

const state = vi.hoisted(() => ({ beats: [] as Span[], loadCode: () => {} }));
vi.mock('../../../client/worker-connection.ts', () => ({
  WorkerConnection: class {
    readonly queue = { keep: async () => {} };
    onRetryNotice(): void {}
    lastWords(): void {}
    beat(_trigger: string, spans: readonly Span[]): Promise<undefined> {
      state.beats.push(...spans);
      return Promise.resolve(undefined);
    }
  },
}));
vi.mock('../../../client/successor.ts', async (original) => {
  await new Promise<void>((resolve) => (state.loadCode = resolve));
  return original();
});

let dom: FakeDom;
beforeEach(async () => {
  state.beats = [];
  vi.resetModules();
  vi.useFakeTimers({ now: NOW });
  dom = new FakeDom(true);
  Object.assign(dom.document, { cookie: 'session_record_id=ann', referrer: 'https://example.com/before' });
  vi.stubGlobal('addEventListener', dom.window.addEventListener.bind(dom.window));
  vi.stubGlobal('location', { pathname: '/a/', origin: 'https://example.com' });
  vi.stubGlobal('sessionStorage', { 'stillhere-sign': `${NOW} ${UNTOUCHED_MS}` });
  const { runHeartbeat } = await import('../../../client/run-heartbeat.ts');
  runHeartbeat(normalizeOptions(), () => 'ann');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a document that follows another one without a sign of the reader', () => {
  it('counts from its start, however long the code takes to load that knows of the one before', async () => {
    vi.advanceTimersByTime(LOADING_MS);
    expect(state.beats).toEqual([]);

    state.loadCode();
    await vi.waitFor(() => expect(state.beats).toMatchObject([{ start: NOW }]));
  });

  it('counts from the return of a reader who was away meanwhile', async () => {
    const see = (visibilityState: string): void => {
      dom.document.visibilityState = visibilityState;
      dom.document.say('visibilitychange');
    };
    see('hidden');
    vi.advanceTimersByTime(LOADING_MS);
    see('visible');
    state.loadCode();
    await vi.advanceTimersByTimeAsync(0);

    expect(new Set(state.beats.map(({ id, start }) => `${id} ${start}`)).size).toBe(1);
    expect(state.beats[0]?.start).toBe(NOW + LOADING_MS);
  });
});
