// DOM events as one typed stream. Decides nothing: what follows from an event is in reading.ts.
// No beforeunload, no unload: they cost the back/forward cache and don't fire where it matters.

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
  /** Another page of a single-page site: the document stays, its path changes. */
  | 'moved'
  /** The reader did something. At most once a second. */
  | 'active';

const ACTIVITY = 'pointerdown pointermove keydown wheel scroll touchstart selectionchange';
const ACTIVITY_EVERY_MS = 1_000;

/** The page can be seen by a person now. */
export function isShown(): boolean {
  return document.visibilityState === 'visible' && !(document as { prerendering?: boolean }).prerendering;
}

/** Tells every event of the page's life to `listener` until the returned function is called. */
export function watchPageLife(listener: (event: PageEvent) => void): () => void {
  const abort = new AbortController();
  const listen = (target: EventTarget | undefined, types: string, handle: (event: Event) => void): void => {
    for (const type of types.split(' '))
      target?.addEventListener(type, handle, { capture: true, passive: true, signal: abort.signal });
  };
  let activeAt = -Infinity;

  listen(document, 'visibilitychange prerenderingchange resume', () => listener(isShown() ? 'shown' : 'hidden'));
  listen(document, 'freeze', () => listener('frozen'));
  listen(window, 'pagehide', () => listener('left'));
  listen(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted && isShown()) listener('restored');
  });
  listen(window, 'popstate', () => listener('moved'));
  // Firefox and WebKitGTK have no Navigation API: there a pushState is noticed at the next tick.
  listen((window as { navigation?: EventTarget }).navigation, 'currententrychange', () => listener('moved'));
  listen(window, ACTIVITY, ({ timeStamp }) => {
    if (timeStamp - activeAt < ACTIVITY_EVERY_MS) return;
    activeAt = timeStamp;
    listener('active');
  });
  return () => abort.abort();
}
