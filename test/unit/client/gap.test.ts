// What a gap between two ticks was: sleep, a page that was held up, or a clock that was set.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { explain, type Explanation } from '../../../client/gap.ts';
import type { Reading } from '../../../client/reading.ts';

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
function gap(wall: number, monotonic: number, { printedAt = -1, ahead = [0, 0] } = {}): Promise<Explanation> {
  const at = { wall: before.seenAt.wall + wall, monotonic: before.seenAt.monotonic + monotonic };
  return explain(span, before, at, SETTINGS, printedAt, ahead[0], ahead[1]);
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

describe('a wall clock that ran ahead', () => {
  it("was set if it moved relative to the server's: the reader stays present, and the span moves", async () => {
    expect(await gap(7_205_000, 5_000, { ahead: [7_200_300, 200] })).toEqual({
      activeAt: before.activeAt,
      span: { ...span, start: span.start + 7_200_000, end: span.end + 7_200_000 },
    });
  });

  it("was right if it didn't: the device slept", async () => {
    expect(await gap(7_205_000, 5_000, { ahead: [300, 200] })).toEqual({});
  });

  it('counts as sleep if the server was not reachable', async () => {
    expect(await explain(span, before, { wall: START + 7_200_000, monotonic: 66_000 }, SETTINGS, -1)).toEqual({});
  });
});
