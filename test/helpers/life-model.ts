// A random page life, lived twice: by our code, through DOM events and ticks, and by an oracle that simply sees each
// stretch of time and asks whether a person was reading then.
import fc from 'fast-check';
import { vi } from 'vitest';
import { watchHistory } from '../../client/history.ts';
import { isShown as isShownInCode, watchPageLifecycle, type PageEvent } from '../../client/page-lifecycle.ts';
import type { Interval } from '../../server/store/reading-time.ts';
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
  'script acts',
  'move',
  'other page',
] as const;

/** What a reader's hands come to; `focus` and `blur` of the window, when it is another one that has the focus meanwhile. */
const INPUTS = 'pointerdown mousemove keydown wheel touchmove click beforeinput blur focus'.split(' ');
/** Trusted, and no sign: what a script causes. */
const BY_SCRIPT = 'scroll selectionchange popstate focusin scrollend seeked'.split(' ');

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
      byScript: fc.constantFrom(...BY_SCRIPT),
    }),
    { maxLength: 40, size: 'max' },
  ),
});

type Life = typeof anyLife extends fc.Arbitrary<infer T> ? T : never;

/** What the oracle saw of one page. */
export interface Seen extends Interval {
  readonly page: string;
}

/** A film with sound, but for what it has been made otherwise. */
const media = (otherwise: object): object => ({
  loop: false,
  muted: false,
  volume: 1,
  matches: () => false,
  ownerDocument: {},
  ...otherwise,
});

/** Where a film has played before: what judges it is loaded. */
async function loadMedia(): Promise<void> {
  const abort = new AbortController();
  const dom = new FakeDom(false);
  watchPageLifecycle(() => {}, abort.signal);
  dom.window.say('timeupdate', { type: 'timeupdate', target: media({}), isTrusted: true });
  await import('../../client/media.ts');
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  vi.unstubAllGlobals();
}
await loadMedia();

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
  let moves = 0;
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
  const say = (type: string, target: object = {}, isTrusted = true): void =>
    dom.window.say(type, { type, target, isTrusted, screenX: ++moves, screenY: 0 });
  const input = (type: string): void => {
    activeAt = page.now.wall;
    const isFocus = type === 'focus' || type === 'blur';
    // A window that comes to have the focus has lost it before.
    if (type === 'focus') say('blur', dom.window, false);
    dom.hasFocus = type !== 'blur';
    say(type, isFocus ? dom.window : {});
  };

  const may: Readonly<Record<(typeof HAPPENINGS)[number], (type: string, byScript: string) => void>> = {
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
    input,
    'media plays': () => {
      activeAt = page.now.wall;
      say('timeupdate', media({}));
    },
    'decoration loops': () => {
      for (const silent of [{ loop: true }, { muted: true }, { volume: 0 }, { mozHasAudio: false }])
        say('timeupdate', media(silent));
    },
    'script acts': (_type, byScript) => {
      say(byScript);
      // It moves the focus between elements of the page, and dispatches what it likes.
      for (const type of ['focus', 'blur']) say(type);
      for (const type of INPUTS) say(type, dom.window, false);
    },
    move: () => dom.move(),
    'other page': () => {
      page.place = { session: 'ann', page: page.place.page === '/a/' ? '/b/' : '/a/' };
      dom.move();
    },
  };

  if (life.isPrerendered) Object.assign(dom.document, { prerendering: true, visibilityState: life.prerendersAs });
  const abort = new AbortController();
  const happen = (event: PageEvent): void => {
    page.happen(event);
    keepTimer();
  };
  watchPageLifecycle(happen, abort.signal);
  // It is loaded late, and there is no time here in which it could be.
  if (!life.hasNavigation) watchHistory(() => happen('moved'), abort.signal);
  if (isShownInCode()) {
    showNow();
    page.happen('shown');
    keepTimer();
  }
  for (const { seconds, asleep, happening, input: type, byScript } of life.moments) {
    wait(seconds * 1_000);
    if (asleep) sleep(asleep);
    // A page that lies in the cache, is frozen, or is not yet activated hears of nothing else.
    if (isCached && happening !== 'back from it') continue;
    if (isFrozen && happening !== 'resume') continue;
    if (dom.document.prerendering && happening !== 'activate') continue;
    may[happening](type, byScript);
  }
  page.happen('stopped');
  abort.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  return { page, seen, lostMs };
}
