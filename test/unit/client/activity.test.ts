// Which events count as the reader's activity, and how often. In real browsers: test/browser/activity.test.ts.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchActivity } from '../../../client/activity.ts';
import { FakeDom } from '../../helpers/fake-dom.ts';

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

describe('a sign', () => {
  let dom: FakeDom;
  let told: number;
  let hear: (event: Event) => void;
  const watch = (signal = new AbortController().signal): void => {
    told = 0;
    hear = watchActivity(() => told++, signal);
  };
  beforeEach(() => {
    dom = new FakeDom(false);
    watch();
  });

  /** True if the event counts, a second or more after the last one. */
  const counts = (type: string, fields: object = {}): boolean => {
    nowMs += 1_000;
    vi.advanceTimersByTime(1_000);
    const before = told;
    dom.window.say(type, { type, isTrusted: true, target: {}, ...fields });
    return told > before;
  };

  it.for(['pointerdown', 'keydown', 'click', 'beforeinput', 'wheel', 'touchmove'])('is %s', (type) => {
    expect(counts(type)).toBe(true);
    expect(counts(type, { isTrusted: false })).toBe(false);
  });

  it('is a pointer that moves, not a page that moves under it', () => {
    const moves = [
      [1, 1],
      [1, 1],
      [1, 2],
      [2, 2],
      [2, 2],
    ].map(([screenX, screenY]) => counts('mousemove', { screenX, screenY }));
    expect(moves).toEqual([true, false, true, true, false]);
  });

  it('is what plays with sound, once the code for that is there', async () => {
    const film = { loop: false, muted: false, volume: 1, matches: () => false, ownerDocument: {} };
    counts('timeupdate', { target: film });
    await vi.dynamicImportSettled();
    expect(counts('timeupdate', { target: film })).toBe(true);
    expect(counts('timeupdate', { target: { ...film, muted: true } })).toBe(false);
  });

  it.for<[string, boolean, boolean | undefined, boolean]>([
    ['focus', true, true, true],
    ['focus', true, undefined, true],
    ['focus', true, false, false],
    // Into a frame: the window keeps the focus.
    ['blur', true, true, true],
    ['blur', true, false, false],
    ['blur', false, true, false],
  ])('is a %s of the window that has the focus (%s), by activation %s: %s', ([type, hasFocus, isActive, isSign]) => {
    vi.stubGlobal('navigator', isActive === undefined ? {} : { userActivation: { isActive } });
    dom.hasFocus = hasFocus;
    expect(counts(type, { target: dom.window })).toBe(isSign);
    // An element's own says nothing.
    dom.hasFocus = true;
    expect(counts(type)).toBe(false);
  });

  it('is the focus that comes back from elsewhere, whatever the activation, once', () => {
    vi.stubGlobal('navigator', { userActivation: { isActive: false } });
    const comeBack = (): boolean => {
      dom.hasFocus = true;
      return counts('focus', { target: dom.window });
    };
    dom.hasFocus = false;
    watch();
    expect([comeBack(), comeBack()]).toEqual([true, false]);
    dom.hasFocus = false;
    expect(counts('blur', { target: dom.window })).toBe(false);
    expect([comeBack(), comeBack()]).toEqual([true, false]);
  });

  it('gives frequent events a rest of a second, which a page that is shown or hidden ends', () => {
    const listeners = (...types: string[]): number[] => types.map((type) => dom.window.countListeners(type));
    const frequent = (): number[] => listeners('mousemove', 'touchmove', 'timeupdate');
    expect(frequent()).toEqual([1, 1, 1]);
    expect(counts('keydown')).toBe(true);
    expect(frequent()).toEqual([0, 0, 0]);
    expect(listeners('keydown', 'pointerdown', 'focus')).toEqual([1, 1, 1]);
    vi.advanceTimersByTime(999);
    expect(frequent()).toEqual([0, 0, 0]);
    vi.advanceTimersByTime(1);
    expect(frequent()).toEqual([1, 1, 1]);
    expect(counts('keydown')).toBe(true);
    dom.document.say('visibilitychange');
    expect(frequent()).toEqual([1, 1, 1]);
    hear({ type: 'keydown', isTrusted: true } as Event);
    expect(told).toBe(3);
    // The rest of the last sign alone.
    vi.advanceTimersByTime(999);
    expect(frequent()).toEqual([0, 0, 0]);
  });

  it('is heard before the host page, without delaying it, until the end', () => {
    const add = vi.spyOn(dom.window, 'addEventListener');
    const abort = new AbortController();
    watch(abort.signal);
    expect(add).toHaveBeenCalledTimes(10);
    for (const [, , options] of add.mock.calls)
      expect(options).toEqual({ capture: true, passive: true, signal: abort.signal });
    const [before, shown] = [dom.window.countListeners('keydown'), dom.document.countListeners('visibilitychange')];
    abort.abort();
    expect(dom.window.countListeners('keydown')).toBe(before - 1);
    expect(dom.document.countListeners('visibilitychange')).toBe(shown - 1);
  });
});
