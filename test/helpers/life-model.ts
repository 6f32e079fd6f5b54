// A random page life, lived twice: by our code, through DOM events and ticks, and by an oracle that simply sees each
// stretch of time and asks whether a person was reading then.
import fc from 'fast-check';
import { vi } from 'vitest';
import { isShown as isShownInCode, watchPageLife } from '../../client/page-life.ts';
import type { Interval } from '../../server/sessions/reading-time.ts';
import { ClockedPage, SETTINGS } from './clocked-page.ts';
import { FakeDom } from './fake-dom.ts';

/** What may happen. Where it can't, as a resume of a page that isn't frozen, nothing does. */
const HAPPENINGS = [
  'hide',
  'show',
  'freeze',
  'resume',
  'into the back/forward cache',
  'back from it',
  'activate',
  'input',
  'media plays',
  'decoration loops',
  'script scrolls',
  'move',
  'other page',
] as const;

/** What a reader's hands come to. */
const INPUTS = 'pointerdown mousemove keydown wheel scroll touchstart selectionchange blur focus popstate'.split(' ');

/** A life: how it begins and what the engine is like, then what happens, each time after some seconds. */
export const anyLife = fc.record({
  isPrerendered: fc.boolean(),
  hasNavigation: fc.boolean(),
  /** Whether the engine says visibilitychange before pagehide, after it, or not at all. */
  hides: fc.constantFrom('before', 'after', 'never'),
  /** What the engine takes a prerendering page for. */
  prerendersAs: fc.constantFrom('hidden', 'visible'),
  moments: fc.array(
    fc.record({
      seconds: fc.oneof(fc.nat(20), fc.nat(400)),
      /** Minutes asleep after that, and whether `performance.now()` stands still meanwhile. */
      asleep: fc.option(fc.record({ minutes: fc.integer({ min: 1, max: 600 }), standsStill: fc.boolean() }), {
        freq: 8,
      }),
      happening: fc.constantFrom(...HAPPENINGS),
      input: fc.constantFrom(...INPUTS),
    }),
    { maxLength: 40, size: 'max' },
  ),
});

type Life = typeof anyLife extends fc.Arbitrary<infer T> ? T : never;

/** What the oracle saw of one page. */
export interface Seen extends Interval {
  readonly page: string;
}

/** Lives it. `lostMs`: at most so much is not known of, since the device fell asleep after the last tick. */
export function live(life: Life): { page: ClockedPage; seen: readonly Seen[]; lostMs: number } {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const dom = new FakeDom(life.hasNavigation);
  const page = new ClockedPage();
  const seen: Seen[] = [];
  let isFrozen = false;
  let isCached = false;
  let activeAt = -Infinity;
  let nextTickAt = Infinity;
  let lostMs = 0;
  const isShown = (): boolean =>
    dom.document.visibilityState === 'visible' && !dom.document.prerendering && !isFrozen && !isCached;

  const pass = (ms: number): void => {
    const startMs = page.now.wall;
    const endMs = Math.min(startMs + ms, activeAt + SETTINGS.idleAfter);
    if (isShown() && endMs > startMs) seen.push({ page: page.place.page, startMs, endMs });
    page.pass(ms);
    vi.advanceTimersByTime(ms);
  };
  /** Runs the page's timer as `setInterval` does: only while a span is open. */
  const keepTimer = (): void => {
    if (!page.isOpen) nextTickAt = Infinity;
    else if (nextTickAt === Infinity) nextTickAt = page.now.wall + SETTINGS.tick;
  };
  const wait = (ms: number): void => {
    const until = page.now.wall + ms;
    while (nextTickAt <= until) {
      pass(nextTickAt - page.now.wall);
      nextTickAt += SETTINGS.tick;
      page.happen('tick');
      keepTimer();
    }
    pass(until - page.now.wall);
  };
  const sleep = ({ minutes, standsStill }: { minutes: number; standsStill: boolean }): void => {
    if (isShown()) lostMs += SETTINGS.tick;
    page.pass(minutes * 60_000, standsStill ? 0 : minutes * 60_000);
    vi.advanceTimersByTime(minutes * 60_000);
    if (nextTickAt === Infinity) return;
    nextTickAt = page.now.wall + SETTINGS.tick;
    page.happen('tick');
    keepTimer();
  };
  const showNow = (): void => {
    if (isShown()) activeAt = page.now.wall;
  };
  const become = (visibilityState: string): void => {
    dom.document.visibilityState = visibilityState;
    showNow();
    dom.document.say('visibilitychange');
  };
  const input = (type: string, target: object = {}, isTrusted = true): void =>
    dom.window.say(type, { timeStamp: page.now.wall, target, isTrusted });

  const may: Readonly<Record<(typeof HAPPENINGS)[number], (type: string) => void>> = {
    hide: () => become('hidden'),
    show: () => become('visible'),
    freeze: () => {
      isFrozen = true;
      dom.document.say('freeze');
    },
    resume: () => {
      if (!isFrozen) return;
      isFrozen = false;
      showNow();
      dom.document.say('resume');
    },
    'into the back/forward cache': () => {
      if (life.hides === 'before') become('hidden');
      isCached = true;
      dom.window.say('pagehide', { persisted: true });
      if (life.hides === 'after') become('hidden');
    },
    'back from it': () => {
      if (!isCached) return;
      isCached = false;
      if (life.hides === 'before') become('visible');
      dom.document.visibilityState = 'visible';
      showNow();
      dom.window.say('pageshow', { persisted: true });
    },
    activate: () => {
      if (!dom.document.prerendering) return;
      dom.document.prerendering = false;
      if (life.prerendersAs === 'hidden') become('visible');
      showNow();
      dom.document.say('prerenderingchange');
    },
    input: (type) => {
      activeAt = page.now.wall;
      input(type);
    },
    'media plays': () => {
      activeAt = page.now.wall;
      input('timeupdate', { loop: false });
    },
    'decoration loops': () => input('timeupdate', { loop: true }),
    'script scrolls': () => input('scroll', {}, false),
    move: () => dom.move(),
    'other page': () => {
      page.place = { session: 'ann', page: page.place.page === '/a/' ? '/b/' : '/a/' };
      dom.move();
    },
  };

  if (life.isPrerendered) Object.assign(dom.document, { prerendering: true, visibilityState: life.prerendersAs });
  const unwatch = watchPageLife((event) => {
    page.happen(event);
    keepTimer();
  });
  if (isShownInCode()) {
    showNow();
    page.happen('shown');
    keepTimer();
  }
  for (const { seconds, asleep, happening, input: type } of life.moments) {
    wait(seconds * 1_000);
    if (asleep) sleep(asleep);
    // A page that lies in the cache, is frozen, or is not yet activated hears of nothing else.
    if (isCached && happening !== 'back from it') continue;
    if (isFrozen && happening !== 'resume') continue;
    if (dom.document.prerendering && happening !== 'activate') continue;
    may[happening](type);
  }
  page.happen('stopped');
  unwatch();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  return { page, seen, lostMs };
}
