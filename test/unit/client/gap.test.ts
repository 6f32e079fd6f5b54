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

let observed: unknown[];

/** What the engine reports of tasks, in one list or several, once it is asked. */
function report(...lists: readonly (readonly Task[])[]): void {
  const observer = function (told: (list: { getEntries: () => readonly Task[] }) => void) {
    const observe = (what: unknown): void => {
      observed.push(what);
      setImmediate(() => {
        for (const tasks of lists) told({ getEntries: () => tasks });
      });
    };
    return { observe, disconnect: () => observed.push('disconnected') };
  };
  vi.stubGlobal('window', { PerformanceObserver: Object.assign(observer, { supportedEntryTypes: ['longtask'] }) });
}

/** Milliseconds that went by on each clock, and what else is known. */
function gap(wall: number, monotonic: number, { printedAt = -1, ahead = [0, 0] } = {}): Promise<Explanation> {
  const at = { wall: before.seenAt.wall + wall, monotonic: before.seenAt.monotonic + monotonic };
  return explain(span, before, at, SETTINGS, printedAt, ahead[0], ahead[1]);
}

beforeEach(() => {
  observed = [];
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

  it('is read to its end where there is no time allowed without a sign, and not at all after that time', async () => {
    const lastly = { ...before, activeAt: 61_000 - SETTINGS.idleAfter };
    const at = { wall: START + 86_000.4, monotonic: 87_000.4 };
    report([{ startTime: 61_000, duration: 26_000.4 }]);
    expect(await explain(span, lastly, at, SETTINGS, -1)).toEqual({});
    expect((await explain(span, lastly, at, { idleAfter: 0 }, -1)).span?.end).toBe(span.end + 26_000);
    const almost = { ...lastly, activeAt: lastly.activeAt + 1 };
    expect((await explain(span, almost, at, SETTINGS, -1)).span?.end).toBe(span.end + 1);
  });

  /** The tasks leave a rest of the gap (61,000 to 87,000) that nothing explains: 15 s at most are not sleep. */
  it.for<[string, readonly (readonly Task[])[], boolean]>([
    ['one task that is long enough', [[{ startTime: 61_000, duration: 11_001 }]], true],
    ['one that is a millisecond shorter', [[{ startTime: 61_000, duration: 11_000 }]], false],
    [
      'two tasks',
      [
        [
          { startTime: 62_000, duration: 6_000 },
          { startTime: 70_000, duration: 5_001 },
        ],
      ],
      true,
    ],
    ['two lists', [[{ startTime: 62_000, duration: 6_000 }], [{ startTime: 70_000, duration: 5_001 }]], true],
    ['a task that began before', [[{ startTime: 1_000, duration: 71_001 }]], true],
    ['a task that began long before', [[{ startTime: 1_000, duration: 71_000 }]], false],
    ['a task that goes on', [[{ startTime: 75_999, duration: 60_000 }]], true],
    ['a task that goes on for long', [[{ startTime: 76_000, duration: 60_000 }]], false],
    [
      'tasks beside the gap',
      [
        [
          { startTime: 0, duration: 61_000 },
          { startTime: 87_000, duration: 61_000 },
        ],
      ],
      false,
    ],
    [
      'tasks beside the gap, and one in it',
      [
        [
          { startTime: 0, duration: 50_000 },
          { startTime: 61_000, duration: 11_001 },
        ],
      ],
      true,
    ],
    ['no task', [[]], false],
  ])('is explained by %s: %o: %s', async ([, lists, isRead]) => {
    report(...lists);
    const explained = gap(26_000, 26_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vi.getTimerCount()).toBe(isRead ? 0 : 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await explained).span !== undefined).toBe(isRead);
    expect(observed).toEqual([{ type: 'longtask', buffered: true }, 'disconnected']);
  });

  it('is not looked at up to 15 s, and by no engine that reports no tasks', async () => {
    report([{ startTime: 61_000, duration: 60_000 }]);
    expect(await gap(15_000, 15_000)).toEqual({});
    expect(observed).toEqual([]);
    expect((await gap(15_001, 15_001)).span?.end).toBe(span.end + 15_001);
    vi.stubGlobal('window', { PerformanceObserver: { supportedEntryTypes: ['paint'] } });
    expect(await gap(26_000, 26_000)).toEqual({});
    vi.stubGlobal('window', { PerformanceObserver: {} });
    expect(await gap(26_000, 26_000)).toEqual({});
  });

  it('is read where the reader printed in it', async () => {
    expect((await gap(26_000, 26_000, { printedAt: 63_000 })).span?.end).toBe(span.end + 26_000);
    expect((await gap(26_000, 26_000, { printedAt: 61_000 })).span?.end).toBe(span.end + 26_000);
    for (const printedAt of [30_000, 60_999]) expect(await gap(26_000, 26_000, { printedAt })).toEqual({});
    expect(await gap(15_000, 15_000, { printedAt: 63_000 })).toEqual({});
  });
});

describe('a wall clock that ran ahead', () => {
  it("was set if it moved relative to the server's: the reader stays present, and the span moves", async () => {
    expect(await gap(7_205_000, 5_000, { ahead: [7_200_300, 200] })).toEqual({
      activeAt: before.activeAt,
      span: { ...span, start: span.start + 7_200_000, end: span.end + 7_200_000 },
    });
  });

  it('was set by more than 15 s, of which the server confirms more than half', async () => {
    const isSet = async (ms: number, ahead: number): Promise<boolean> =>
      (await gap(5_000 + ms, 5_000, { ahead: [ahead, 0] })).activeAt !== undefined;
    expect(await isSet(15_000, 15_000)).toBe(false);
    expect(await isSet(15_001, 15_001)).toBe(true);
    expect(await isSet(20_000, 10_000)).toBe(false);
    expect(await isSet(20_000, 10_001)).toBe(true);
    expect((await gap(25_000, 5_000, { ahead: [9_000, 1_001] })).activeAt).toBeUndefined();
    // Parts of a millisecond are the clocks' own.
    expect(await isSet(15_000.9, 15_001)).toBe(false);
    const { span: moved } = await gap(25_000.9, 5_000, { ahead: [20_000, 0] });
    expect(moved?.start).toBe(span.start + 20_000);
  });

  it("was right if it didn't: the device slept", async () => {
    expect(await gap(7_205_000, 5_000, { ahead: [300, 200] })).toEqual({});
  });

  it('counts as sleep if the server was not reachable', async () => {
    expect(await explain(span, before, { wall: START + 7_200_000, monotonic: 66_000 }, SETTINGS, -1)).toEqual({});
  });
});
