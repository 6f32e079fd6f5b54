// Signs of the reader: input, and focus that comes from another window.
//
// `isTrusted` does not mean that a person did something: scrolling, focus, selections, media and history are trusted
// even if a script causes them. So an event counts only if no script can cause it. Scroll and selectionchange are not
// used: readers scroll and select with a wheel, key, finger or pointer, whose events are used.
//
// Screen readers count by the events that reach the page: keys (in forms mode; VoiceOver on a Mac always) and the
// clicks that they make (trusted, without a preceding pointer event). Reading aloud in browse mode and swiping with
// VoiceOver on iOS cause only scroll and focus events, which no engine distinguishes from a script's. There,
// `idleAfter` applies.

const INPUT = 'pointerdown keydown click beforeinput wheel focus blur';
/**
 * Frequent events. `timeupdate`: media are playing. `pointermove` is not used: Chromium takes 20 times as long to add
 * its listener. `touchmove` continues while a finger scrolls.
 */
const CROWDED = 'mousemove touchmove timeupdate';
/** The reader's input events in a page or one of its frames. */
export const READER_EVENTS = `${INPUT} ${CROWDED}`;
const EVERY_MS = 1_000;

/** Set once media have played. */
let isFollowed: ((media: HTMLMediaElement) => boolean) | undefined;

/**
 * Calls `tell` on a sign of the reader, at most once a second, until `signal` is aborted. For a second after a sign,
 * frequent events have no listeners: with a pointer in constant motion, their handlers took two thirds of the library's
 * script time (30 of 44 ms a minute). When the page is shown or hidden, all listeners are added at once.
 * @returns the listener, for events in frames.
 */
export function watchActivity(tell: () => void, signal: AbortSignal): (event: Event) => void {
  const options = { capture: true, passive: true, signal };
  let timer: ReturnType<typeof setTimeout> | undefined;
  // In addition to the timer: after a device's sleep, the first input may come before it.
  let nextAt = 0;
  let pointer: string | undefined;
  let isAway = !document.hasFocus();

  const isSign = ({ type, target, screenX, screenY }: Event & Partial<MouseEvent>): boolean => {
    if (type === 'mousemove') {
      // WebKit sends this event when the page moves under a resting pointer.
      const before = pointer;
      return before !== (pointer = `${screenX} ${screenY}`);
    }
    if (type === 'timeupdate') {
      if (!isFollowed) import('./media.ts').then((media) => ({ isFollowed } = media)).catch(() => {});
      return !!isFollowed?.(target as HTMLMediaElement);
    }
    if (type !== 'focus' && type !== 'blur') return true;
    if (target !== window) return false;
    // A script moves the focus only within this window, into a frame or out of it. A click into a frame of another site
    // does so, too, but it also activates this page. (Firefox before 120 and Safari before 16.4 don't report
    // activation.)
    const wasAway = isAway;
    isAway = type === 'blur' && !document.hasFocus();
    const { userActivation } = navigator as { userActivation?: UserActivation };
    // A window that loses the focus proves nothing: Firefox blurs a tab that is closed, by whatever closes it.
    return !isAway && (wasAway || (userActivation?.isActive ?? true));
  };
  const hear = (event: Event): void => {
    const at = performance.now();
    if (at < nextAt || !event.isTrusted || !isSign(event)) return;
    listen('remove');
    nextAt = at + EVERY_MS;
    timer = setTimeout(listen, EVERY_MS, 'add');
    tell();
  };
  const listen = (change: 'add' | 'remove'): void => {
    clearTimeout(timer);
    nextAt = 0;
    for (const type of CROWDED.split(' ')) window[`${change}EventListener`](type, hear, options);
  };
  listen('add');
  for (const type of INPUT.split(' ')) window.addEventListener(type, hear, options);
  document.addEventListener('visibilitychange', () => listen('add'), { signal });
  return hear;
}
