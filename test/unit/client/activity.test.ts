// Which events count as the reader's activity, and how often. In real browsers: test/browser/activity.test.ts.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchActivity } from '../../../client/activity.ts';

let nowMs: number;

beforeEach(() => {
  nowMs = 10_000;
  vi.useFakeTimers();
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hasFocus: () => true }));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('activity', () => {
  const key = { type: 'keydown', isTrusted: true } as Event;

  it('counts at most once a second', () => {
    const tell = vi.fn();
    const hear = watchActivity(tell, new AbortController().signal);
    for (; nowMs < 13_000; nowMs += 100) {
      hear(key);
      vi.advanceTimersByTime(100);
    }
    expect(tell).toHaveBeenCalledTimes(3);
  });

  it("counts at once after sleep, before any of the page's timers fires", () => {
    const tell = vi.fn();
    const hear = watchActivity(tell, new AbortController().signal);
    hear(key);
    nowMs += 60_000;
    hear(key);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('counts when the focus comes from another window, and not when it leaves', () => {
    let hasFocus = true;
    const tell = vi.fn();
    vi.stubGlobal('document', Object.assign(new EventTarget(), { hasFocus: () => hasFocus }));
    const hear = watchActivity(tell, new AbortController().signal);
    hasFocus = false;
    hear({ type: 'blur', target: window, isTrusted: true } as unknown as Event);
    expect(tell).not.toHaveBeenCalled();
    hasFocus = true;
    hear({ type: 'focus', target: window, isTrusted: true } as unknown as Event);
    expect(tell).toHaveBeenCalledTimes(1);
  });

  it('does not count when a script causes it', () => {
    const tell = vi.fn();
    const hear = watchActivity(tell, new AbortController().signal);
    hear(new Event('keydown'));
    expect(tell).not.toHaveBeenCalled();
  });
});
