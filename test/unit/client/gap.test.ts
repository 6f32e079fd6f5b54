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
function gap(wall: number, monotonic: number, { printedAt = -1 } = {}): Promise<Explanation> {
  return explain(span, before, after(wall, monotonic), SETTINGS, printedAt, []);
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
  observed = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('window', {});
  vi.stubGlobal('document', { cookie: '' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
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
    expect(await explain(span, lastly, at, SETTINGS, -1, [])).toEqual({});
    expect((await explain(span, lastly, at, { idleAfter: 0 }, -1, [])).span?.end).toBe(span.end + 26_000);
    const almost = { ...lastly, activeAt: lastly.activeAt + 1 };
    expect((await explain(span, almost, at, SETTINGS, -1, [])).span?.end).toBe(span.end + 1);
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

const HOUR = 3_600_000;
const AHEAD = START + 12_345;
/** What the page knows of the server's clock before the gap. */
const known = receipt(before.seenAt, AHEAD);

describe('a gap between two receipts', () => {
  /** The device slept for `slept`, with the monotonic clock running or not, and its clock was set by `set`. */
  const explainSleep = (slept: number, set: number, isMonotonic: boolean): Promise<Explanation> => {
    const at = after(5_000 + slept + set, 5_000 + (isMonotonic ? slept : 0));
    const stood = isMonotonic ? 0 : slept;
    return explain(span, before, at, SETTINGS, -1, [receipt(at, AHEAD + stood + 300), known]);
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
    expect(await explain(span, before, at, SETTINGS, -1, [receipt(at, AHEAD)])).toEqual({});
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await explain(span, before, at, SETTINGS, -1, [known])).toEqual({});
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<h1>Log in to this network</h1>')));
    expect(await explain(span, before, at, SETTINGS, -1, [known])).toEqual({});
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ success: false, error: 'Full' }, { status: 503 })));
    expect(await explain(span, before, at, SETTINGS, -1, [known])).toEqual({});
  });

  it('takes no receipt that was under way in it, nor one that took long: the server is asked', async () => {
    const at = after(2 * HOUR, 5_000);
    const underWay = { asked: before.seenAt, at, serverNow: at.monotonic + AHEAD };
    const long = receipt(at, AHEAD, 10_000);
    vi.spyOn(performance, 'now').mockReturnValue(at.monotonic + 400);
    vi.spyOn(Date, 'now').mockReturnValue(at.wall + 400);
    const asked = vi.fn((_url: string, _request: RequestInit) =>
      Promise.resolve(Response.json({ success: true, stored: [], refused: [], now: at.monotonic + 400 + AHEAD })),
    );
    vi.stubGlobal('fetch', asked);
    expect(await explain(span, before, at, SETTINGS, -1, [underWay, known])).toEqual({ activeAt: before.activeAt });
    expect(await explain(span, before, at, SETTINGS, -1, [long, known])).toEqual({ activeAt: before.activeAt });
    expect(asked.mock.lastCall?.[1].body).toBe(JSON.stringify({ sentAt: at.wall + 400, spans: [] }));
    expect(await explain(span, before, at, SETTINGS, -1, [receipt(at, AHEAD), underWay])).toEqual({});
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('asks the server nothing where no clock was set, nor where the inspector plays a tunnel', async () => {
    const asked = vi.fn();
    vi.stubGlobal('fetch', asked);
    expect(await explain(span, before, after(26_000, 26_000), SETTINGS, -1, [])).toEqual({});
    vi.stubGlobal('document', { cookie: 'stillhere_offline=1' });
    expect(await explain(span, before, after(2 * HOUR, 5_000), SETTINGS, -1, [known])).toEqual({});
    expect(asked).not.toHaveBeenCalled();
  });

  it('is not explained by a clock that was set in another gap', async () => {
    // The clock was set before, and no receipt came between that and the sleep.
    const earlier = receipt(after(-HOUR, 0), AHEAD);
    const at = after(HOUR, 5_000);
    expect(await explain(span, before, at, SETTINGS, -1, [receipt(at, AHEAD + HOUR), earlier])).toEqual({});
  });
});
