// DOM events as one typed stream. Makes no decisions; reading.ts interprets the events. beforeunload and unload are not
// used: they disable the back/forward cache and are unreliable. Focus is not considered: a page beside another window,
// or after a click in one of its frames, is as visible as before.
import { READER_EVENTS, watchActivity } from './activity.ts';

/** What happens to a page, as far as reading is concerned. */
export type PageEvent =
  /** Visible, and not prerendering. */
  | 'shown'
  /** Like `shown`, but not an action of the reader: the document starts, or comes into view as a frame. */
  | 'loaded'
  | 'hidden'
  /**
   * pagehide: navigated away, closed, or put into the back/forward cache. Before or after `hidden`, depending on the
   * engine.
   */
  | 'left'
  /** Restored from the back/forward cache. */
  | 'restored'
  | 'frozen'
  /**
   * The address changed within the document: in a single-page app, perhaps another page. Not an action of the reader by
   * itself.
   */
  | 'moved'
  /** The reader did something, or follows media that play. */
  | 'active';

/** In a frame: it is in view, and no page around it counts. */
let isInSight = true;

/** A person can see the page now. */
export function isShown(): boolean {
  return isInSight && document.visibilityState === 'visible' && !isPrerendering();
}

/** Chromium prepares the page for a reader who may never open it. */
export function isPrerendering(): boolean | undefined {
  return (document as { prerendering?: boolean }).prerendering;
}

/** Calls `listener` for every event of the page's life until `signal` is aborted. */
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
    // Back, forward and links used by the reader. `popstate` does not distinguish them from a script's.
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
