// DOM events as one typed stream. Decides nothing: what follows from an event is in reading.ts.
// No beforeunload, no unload: they cost the back/forward cache and don't fire where it matters. And focus is not asked:
// a page beside another window, or with a click in one of its frames, is seen as before.

/** What happens to a page, as far as reading is concerned. */
export type PageEvent =
  /** Visible, and not prerendering. */
  | 'shown'
  | 'hidden'
  /** pagehide: navigated away, closed, or put into the back/forward cache. Before or after `hidden`, by engine. */
  | 'left'
  /** Back from the back/forward cache. */
  | 'restored'
  | 'frozen'
  /** The address changed and the document stayed: in a single-page site perhaps another page. By itself no act of the reader. */
  | 'moved'
  /** The reader did something, or a film or a sound goes on playing. At most once a second. */
  | 'active';

/** `blur` and `focus`: the reader clicked into a frame, which tells nothing more, or into another window and back. */
const ACTIVITY = 'pointerdown keydown touchstart wheel scroll blur focus popstate';
/**
 * Those that come in crowds; `timeupdate`: media are playing. Not `pointermove`: Chromium takes 20 times as long to begin
 * listening to it, and what moves without a mouse touches first.
 */
const CROWDED_ACTIVITY = 'mousemove selectionchange timeupdate';
const ACTIVITY_EVERY_MS = 1_000;

/** The page can be seen by a person now. */
export function isShown(): boolean {
  return document.visibilityState === 'visible' && !isPrerendering();
}

/** Made ready by Chromium for a reader who may never come. */
export function isPrerendering(): boolean | undefined {
  return (document as { prerendering?: boolean }).prerendering;
}

/** Tells every event of the page's life to `listener` until the returned function is called. */
export function watchPageLife(listener: (event: PageEvent) => void): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  const listen = (target: EventTarget, types: string, handle: (event: Event) => void): void => {
    for (const type of types.split(' '))
      target.addEventListener(type, handle, { capture: true, passive: true, signal });
  };
  const move = (): void => listener('moved');

  listen(document, 'visibilitychange prerenderingchange resume', () => listener(isShown() ? 'shown' : 'hidden'));
  listen(document, 'freeze', () => listener('frozen'));
  listen(window, 'pagehide', () => listener('left'));
  listen(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted && isShown()) listener('restored');
  });
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) listen(navigation, 'currententrychange', move);
  else {
    listen(window, 'popstate', move);
    tellHistory(move, signal);
  }
  watchActivity(() => listener('active'), signal);
  return () => abort.abort();
}

/**
 * After a sign nobody listens for a second to what comes in crowds: with a pointer that never rests their handlers took two
 * thirds of our script time (30 of 44 ms a minute). Whenever the page is shown or hidden all are heard at once.
 */
function watchActivity(tell: () => void, signal: AbortSignal): void {
  const options = { capture: true, passive: true };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heardAt = -Infinity;
  const hear = ({ timeStamp, target, isTrusted }: Event): void => {
    // Not what scripts dispatch. And a film in an endless loop is decoration: it would keep a page read overnight.
    if (!isTrusted || (target as HTMLMediaElement).loop || timeStamp - heardAt < ACTIVITY_EVERY_MS) return;
    heardAt = timeStamp;
    listen('remove');
    timer = setTimeout(listen, ACTIVITY_EVERY_MS, 'add');
    tell();
  };
  const listen = (change: 'add' | 'remove'): void => {
    clearTimeout(timer);
    for (const type of CROWDED_ACTIVITY.split(' ')) window[`${change}EventListener`](type, hear, options);
  };
  listen('add');
  for (const type of ACTIVITY.split(' ')) window.addEventListener(type, hear, { ...options, signal });
  document.addEventListener('visibilitychange', () => listen('add'), { signal });
  signal.addEventListener('abort', () => listen('remove'));
}

/** WebKitGTK 2.50 has no Navigation API, and no event for these two. */
function tellHistory(move: () => void, signal: AbortSignal): void {
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    const telling: typeof original = (...change) => {
      original.apply(history, change);
      move();
    };
    history[name] = telling;
    // Unless another script has put its own over it.
    signal.addEventListener('abort', () => {
      if (history[name] === telling) history[name] = original;
    });
  }
}
