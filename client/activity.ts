// Signs of the reader: input, and focus that comes from another window.
//
// `isTrusted` does not mean that a person did something: scrolling, focus, selections, film and history are trusted when a
// script causes them. So an event counts only if no script can cause it. Scroll and selectionchange are not listened to: a
// reader scrolls and selects with a wheel, a key, a finger or a pointer, and those are heard.
//
// Screen readers count by what reaches the page: keys (in forms mode; VoiceOver on a Mac always) and the click that they make
// (trusted, with no pointer event before it). Reading aloud in browse mode and swiping with VoiceOver on iOS send nothing but
// scroll and focus events, which no engine distinguishes from a script's: `idleAfter` runs there.

const INPUT = 'pointerdown keydown click beforeinput wheel focus blur';
/**
 * Events that come in crowds. `timeupdate`: media are playing. Not `pointermove`: Chromium takes 20 times as long to begin
 * listening to it; `touchmove` goes on while a finger scrolls.
 */
const CROWDED = 'mousemove touchmove timeupdate';
/** What a reader does in a page, or in a frame of it. */
export const READER_EVENTS = `${INPUT} ${CROWDED}`;
const EVERY_MS = 1_000;

/** Once something has played. */
let isFollowed: ((media: HTMLMediaElement) => boolean) | undefined;

/**
 * Calls `tell` for a sign, at most once a second, until `signal` is aborted. For a second after a sign it does not listen to
 * crowded events: with a pointer that never rests their handlers took two thirds of our script time (30 of 44 ms a minute).
 * When the page is shown or hidden it listens to all of them at once.
 * @returns the listener, for events of frames.
 */
export function watchActivity(tell: () => void, signal: AbortSignal): (event: Event) => void {
  const options = { capture: true, passive: true, signal };
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Not the timer alone: after a device's sleep the first input may come before it.
  let nextAt = 0;
  let pointer: string | undefined;
  let isAway = !document.hasFocus();

  const isSign = ({ type, target, screenX, screenY }: Event & Partial<MouseEvent>): boolean => {
    if (type === 'mousemove') {
      // WebKit sends one when the page moves under a pointer that rests.
      const before = pointer;
      return before !== (pointer = `${screenX} ${screenY}`);
    }
    if (type === 'timeupdate') {
      if (!isFollowed) import('./media.ts').then((media) => ({ isFollowed } = media)).catch(() => {});
      return !!isFollowed?.(target as HTMLMediaElement);
    }
    if (type !== 'focus' && type !== 'blur') return true;
    if (target !== window) return false;
    // A script moves the focus within this window only, into a frame and out of it. So does a click into a frame of another
    // site, but it activates this page, too. (Firefox before 120 and Safari before 16.4 do not tell.)
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
