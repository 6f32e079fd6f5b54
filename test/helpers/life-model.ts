// A random page life, evaluated twice: by the page library, with DOM events and ticks, and by an oracle that checks
// each period of time for whether a person was reading.
import fc from 'fast-check';
import { vi } from 'vitest';
import { watchHistory } from '../../client/history.ts';
import { isShown as isShownInCode, watchPageLifecycle, type PageEvent } from '../../client/page-lifecycle.ts';
import type { Interval } from '../../server/store/reading-time.ts';
import { ClockedPage, SETTINGS } from './clocked-page.ts';
import { FakeDom } from './fake-dom.ts';

/** Possible events. Impossible ones, like a resume of a page that isn't frozen, have no effect. */
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

/** A reader's input; `focus` when the window gets it from another one. A `blur` alone is no sign of a reader. */
const INPUTS = 'pointerdown mousemove keydown wheel touchmove click beforeinput focus'.split(' ');
/** Trusted events that are not signs: a script causes them. */
const BY_SCRIPT = 'scroll selectionchange popstate focusin scrollend seeked'.split(' ');

/** A life: its start and the engine's behaviour, then events, each after some seconds. */
export const anyLife = fc.record({
  isPrerendered: fc.boolean(),
  hasNavigation: fc.boolean(),
  /** Whether the engine fires visibilitychange before pagehide, after it, or not at all. */
  hides: fc.constantFrom('before', 'after', 'never'),
  /** The visibility that the engine reports for a prerendering page. */
  prerendersAs: fc.constantFrom('hidden', 'visible'),
  moments: fc.array(
    fc.record({
      seconds: fc.oneof(fc.nat(20), fc.nat(400)),
      /** Minutes of sleep after that, and whether `performance.now()` stops meanwhile. */
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

/** The oracle's result for one page. */
export interface Seen extends Interval {
  readonly page: string;
}

/** A video with sound, unless changed. */
const media = (otherwise: object): object => ({
  loop: false,
  muted: false,
  volume: 1,
  matches: () => false,
  ownerDocument: {},
  ...otherwise,
});

/** A video has played before, so media.ts is loaded. */
async function loadMedia(): Promise<void> {
  const abort = new AbortController();
  // Where another file has loaded it, this is a sign of the reader, and the page listens again a second later.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const dom = new FakeDom(false);
  watchPageLifecycle(() => {}, abort.signal);
  dom.window.say('timeupdate', { type: 'timeupdate', target: media({}), isTrusted: true });
  await import('../../client/media.ts');
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
}
await loadMedia();

/** Runs the life. `lostMs`: the maximum unrecorded time, because the device fell asleep after the last tick. */
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
    const isFocus = type === 'focus';
    // A window that gains the focus has lost it before.
    dom.hasFocus = !isFocus;
    if (isFocus) say('blur', dom.window);
    dom.hasFocus = true;
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
      // A script can move the focus between elements of the page and dispatch any event.
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
  // Loading is asynchronous, and this model has no time for it.
  if (!life.hasNavigation) watchHistory(() => happen('moved'), abort.signal);
  if (isShownInCode()) {
    showNow();
    page.happen('shown');
    keepTimer();
  }
  for (const { seconds, asleep, happening, input: type, byScript } of life.moments) {
    wait(seconds * 1_000);
    if (asleep) sleep(asleep);
    // A page that is cached, frozen or not yet activated gets no other events.
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
