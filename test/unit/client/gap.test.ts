// What a gap between two ticks was: sleep, a page that was held up, or a clock that was set.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { explain, type Explanation, type TimedReceipt } from '../../../client/gap.ts';
import type { Instant, Reading } from '../../../client/reading.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const SETTINGS = { idleAfter: 300_000 };
const span = { id: 'a', session: 'ann', page: '/a/', start: START, end: START + 60_000 };
/** A minute was read, and the reader has just moved. */
const before: Reading = {
  isShown: true,
  activeAt: 61_000,
  seenAt: { wall: START + 60_000, monotonic: 61_000 },
  readUntil: span.end,
  open: { span, since: 1_000 },
};

interface Task {
  readonly startTime: number;
  readonly duration: number;
}

/** What the engine reports of tasks, once it is asked. */
function report(tasks: readonly Task[]): void {
  const observer = function (told: (list: { getEntries: () => readonly Task[] }) => void) {
    return { observe: () => setImmediate(() => told({ getEntries: () => tasks })), disconnect: () => {} };
  };
  vi.stubGlobal('window', { PerformanceObserver: Object.assign(observer, { supportedEntryTypes: ['longtask'] }) });
}

/** Milliseconds that went by on each clock, and what else is known. */
function gap(wall: number, monotonic: number, { printedAt = -1 } = {}): Promise<Explanation> {
  return explain(span, before, after(wall, monotonic), SETTINGS, printedAt);
}

function after(wall: number, monotonic: number, { seenAt } = before): Instant {
  return { wall: seenAt.wall + wall, monotonic: seenAt.monotonic + monotonic };
}

/** A beat at `asked` that was answered `ms` later, by a server whose clock is `aheadMs` ahead of the monotonic one. */
function receipt(asked: Instant, aheadMs: number, ms = 200): TimedReceipt {
  const at = { wall: asked.wall + ms, monotonic: asked.monotonic + ms };
  return { asked, at, serverNow: at.monotonic + aheadMs };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('window', {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a gap on both clocks', () => {
  it('is sleep where the browser says nothing', async () => {
    expect(await gap(26_000, 26_000)).toEqual({});
  });

  it('is read where one task took as long, and follows the span before it', async () => {
    report([{ startTime: 63_000, duration: 24_000 }]);
    const { span: read } = await gap(26_000, 26_000);
    expect(read).toEqual({ session: 'ann', page: '/a/', start: span.end, end: span.end + 26_000 });
  });

  it('is read up to the time allowed without a sign', async () => {
    report([{ startTime: 62_000, duration: 3_600_000 }]);
    const { span: read } = await gap(3_602_000, 3_602_000);
    expect(read?.end).toBe(span.end + SETTINGS.idleAfter);
  });

  it('is sleep if tasks took only a small part of it', async () => {
    report([{ startTime: 63_000, duration: 4_000 }]);
    const explained = gap(26_000, 26_000);
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await explained).toEqual({});
  });

  it('is read where the reader printed in it', async () => {
    expect((await gap(26_000, 26_000, { printedAt: 63_000 })).span?.end).toBe(span.end + 26_000);
    expect(await gap(26_000, 26_000, { printedAt: 30_000 })).toEqual({});
  });
});

const HOUR = 3_600_000;
const AHEAD = START + 12_345;
/** What the page knows of the server's clock before the gap. */
const known = receipt(before.seenAt, AHEAD);

describe('a gap between two receipts', () => {
  /** The device slept for `slept`, with the monotonic clock running or not, and its clock was set by `set`. */
  const explainSleep = (slept: number, set: number, isMonotonic: boolean): Promise<Explanation> => {
    const at = after(5_000 + slept + set, 5_000 + (isMonotonic ? slept : 0));
    const stood = isMonotonic ? 0 : slept;
    return explain(span, before, at, SETTINGS, -1, known, receipt(at, AHEAD + stood + 300));
  };

  it.for([
    [0, HOUR],
    [0, -HOUR],
    [HOUR, HOUR],
    [HOUR, -HOUR],
    [HOUR, 2 * HOUR],
    [HOUR, -2 * HOUR],
    [2 * HOUR, HOUR],
    [2 * HOUR, -HOUR],
  ])(
    'of %d ms asleep, while the clock was set by %d ms: the last sign is as old as the sleep makes it',
    async ([slept = 0, set = 0]) => {
      expect(await explainSleep(slept, set, true)).toEqual({ activeAt: before.activeAt });
      const { activeAt = NaN } = await explainSleep(slept, set, false);
      expect(activeAt).toBeGreaterThanOrEqual(before.activeAt - slept - 300);
      expect(activeAt).toBeLessThanOrEqual(before.activeAt - slept);
    },
  );

  it('in which the clock was set forward by too little for the server to notice: the span before it moves, too', async () => {
    const moved = { ...span, start: span.start + 20_000, end: span.end + 20_000 };
    expect(await explainSleep(0, 20_000, false)).toEqual({ activeAt: before.activeAt, span: moved });
    expect(await explainSleep(0, -20_000, false)).toEqual({ activeAt: before.activeAt });
    expect(await explainSleep(60_000, 20_000, true)).toEqual({ activeAt: before.activeAt, span: moved });
  });

  it('is sleep where the clock was not set', async () => {
    for (const isMonotonic of [true, false]) expect(await explainSleep(2 * HOUR, 0, isMonotonic)).toEqual({});
  });

  it('is sleep where no server was reached before it or after it', async () => {
    const at = after(2 * HOUR, 5_000);
    expect(await explain(span, before, at, SETTINGS, -1, undefined, receipt(at, AHEAD))).toEqual({});
    expect(await explain(span, before, at, SETTINGS, -1, known, known)).toEqual({});
  });

  it('is sleep where a receipt was under way, and may be from before or after it', async () => {
    const at = after(2 * HOUR, 5_000);
    const overGap = { asked: before.seenAt, at, serverNow: at.monotonic + AHEAD };
    expect(await explain(span, before, at, SETTINGS, -1, overGap, receipt(at, AHEAD))).toEqual({});
    expect(await explain(span, before, at, SETTINGS, -1, known, overGap)).toEqual({});
    expect(await explain(span, before, at, SETTINGS, -1, known, receipt(at, AHEAD, 10_000))).toEqual({});
  });

  it('is not explained by a clock that was set in another gap', async () => {
    // The clock was set before, and no receipt came between that and the sleep.
    const earlier = receipt(after(-HOUR, 0), AHEAD);
    const at = after(HOUR, 5_000);
    expect(await explain(span, before, at, SETTINGS, -1, earlier, receipt(at, AHEAD + HOUR))).toEqual({});
  });
});
