// Reading in frames of this site, and reading of a page that lies in a frame. Loaded by pages that have frames or are in one.
//
// A page is counted once, as the page whose address the reader opened: what a reader does in its frames is done in it, however
// deep they lie. A framed page with a heartbeat of its own delivers what waits and counts nothing, as long as a page around it
// counts. Where none does, the framed page counts by itself, while some of it lies in what the reader sees: to the browser
// a frame is visible, too, that is not displayed or lies far below. Frames of other sites tell the page around them nothing.

/** Of the heartbeat that runs in a window: as in start.ts. */
const RUNNING = Symbol.for('stillhere');
/** An event of a framed window: look again whether a page around it counts. */
const CHANGED = 'stillhere-frames';

/**
 * Has `hear` called for events of these types in each frame of this site, those added or navigated later, too. In a framed page
 * it tells `see`, now and at each change, whether the page counts by itself and is in sight.
 */
export function watchFrames(
  types: string,
  hear: (event: Event) => void,
  see: (isSeen: boolean) => void,
  signal: AbortSignal,
): void {
  if (window !== window.parent) watchSight(see, signal);
  const options = { capture: true, passive: true, signal };
  const look = (): void =>
    eachFrame(window, (frame) => {
      // The same listener again changes nothing.
      for (const type of types.split(' ')) frame.addEventListener(type, hear, options);
      frame.document.addEventListener('load', look, options);
    });
  const tellFrames = (): void => eachFrame(window, (frame) => frame.dispatchEvent(new Event(CHANGED)));
  const start = (): void => {
    look();
    tellFrames();
  };
  document.addEventListener('load', start, options);
  // A frame whose document is still loading: the pointer comes to it over this page, the finger takes the focus to it.
  for (const type of ['mouseover', 'blur']) window.addEventListener(type, look, options);
  start();
  signal.addEventListener('abort', tellFrames);
}

function watchSight(see: (isSeen: boolean) => void, signal: AbortSignal): void {
  let isInSight = false;
  let was: boolean | undefined;
  const look = (): void => {
    const isSeen = isInSight && !isCountedAround();
    if (was !== isSeen) see((was = isSeen));
  };
  const sight = new IntersectionObserver((entries) => {
    isInSight = entries[entries.length - 1]?.isIntersecting ?? false;
    look();
  });
  sight.observe(document.documentElement);
  window.addEventListener(CHANGED, look, { signal });
  signal.addEventListener('abort', () => sight.disconnect());
}

/** Through frames of other sites, too: one of this site may lie in them. */
function eachFrame(page: Window, visit: (frame: Window) => void): void {
  for (let nth = 0; nth < page.length; nth++) {
    const frame = page[nth] as Window;
    if (readable(frame)) visit(frame);
    eachFrame(frame, visit);
  }
}

function isCountedAround(): boolean {
  for (let page: Window = window; page !== page.parent; page = page.parent)
    if ((readable(page.parent) as { [RUNNING]?: unknown } | undefined)?.[RUNNING]) return true;
  return false;
}

/** Undefined: it shows another site. */
function readable(page: Window): Window | undefined {
  try {
    return page.document && page;
  } catch {
    return undefined;
  }
}
