// DOM events as one typed stream. Decides nothing: what follows from an event is in reading.ts.
// No beforeunload, no unload: they cost the back/forward cache and don't fire where it matters. And focus is not asked:
// a page beside another window, or with a click in one of its frames, is seen as before.
import { READER_EVENTS, watchActivity } from './activity.ts';

/** What happens to a page, as far as reading is concerned. */
export type PageEvent =
  /** Visible, and not prerendering. */
  | 'shown'
  /** As `shown`, but by itself no act of the reader: the document begins, or comes into sight as a frame of another page. */
  | 'loaded'
  | 'hidden'
  /** pagehide: navigated away, closed, or put into the back/forward cache. Before or after `hidden`, by engine. */
  | 'left'
  /** Back from the back/forward cache. */
  | 'restored'
  | 'frozen'
  /** The address changed and the document stayed: in a single-page site perhaps another page. By itself no act of the reader. */
  | 'moved'
  /** The reader did something, or follows a film or a sound that plays. */
  | 'active';

/** In a frame: it is in sight, and no page around it counts. */
let isInSight = true;

/** The page can be seen by a person now. */
export function isShown(): boolean {
  return isInSight && document.visibilityState === 'visible' && !isPrerendering();
}

/** Made ready by Chromium for a reader who may never come. */
export function isPrerendering(): boolean | undefined {
  return (document as { prerendering?: boolean }).prerendering;
}

/** Tells every event of the page's life to `listener` until `signal` is aborted. */
export function watchPageLifecycle(listener: (event: PageEvent) => void, signal: AbortSignal): void {
  const listen = (target: EventTarget, types: string, handle: (event: Event) => unknown): void => {
    for (const type of types.split(' '))
      target.addEventListener(type, handle, { capture: true, passive: true, signal });
  };
  const move = (): void => listener('moved');
  const act = (): void => listener('active');

  listen(document, 'visibilitychange prerenderingchange resume', () => listener(isShown() ? 'shown' : 'hidden'));
  listen(document, 'freeze', () => listener('frozen'));
  listen(window, 'pagehide', () => listener('left'));
  listen(window, 'pageshow', (event) => {
    if ((event as PageTransitionEvent).persisted && isShown()) listener('restored');
  });
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) {
    listen(navigation, 'currententrychange', move);
    // Back, forward and links by the reader's hand; `popstate` does not distinguish them from a script's.
    listen(navigation, 'navigate', (event) => (event as UserNavigation).userInitiated && act());
  } else import('./history.ts').then(({ watchHistory }) => watchHistory(move, signal)).catch(() => {});

  const hear = watchActivity(act, signal);
  let frames: Promise<void> | undefined;
  const see = (isSeen: boolean): void => {
    isInSight = isSeen;
    listener(isShown() ? 'loaded' : 'hidden');
  };
  const findFrames = (): void => {
    if (window.length || !isInSight)
      frames ??= import('./frames.ts').then(
        ({ watchFrames }) => watchFrames(READER_EVENTS, hear, see, signal),
        () => see(true),
      );
  };
  isInSight = window.parent === window;
  listen(document, 'load', findFrames);
  findFrames();
}

interface UserNavigation extends Event {
  readonly userInitiated?: boolean;
}
