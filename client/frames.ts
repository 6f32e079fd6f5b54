// Reading in same-origin frames, and in a page that is in a frame. Loaded by pages that have frames or are in one.
//
// A page is counted once, as the page whose address the reader opened: activity in its frames, however deep, counts for
// it. A framed page with its own heartbeat delivers the queue but counts nothing while a page around it counts. If none
// does, the framed page counts itself while part of it is in view: browsers also report frames as visible that are not
// displayed or far below. Cross-origin frames report nothing to the page around them.

/** The running heartbeat of a window, as in start.ts. */
const RUNNING = Symbol.for('stillhere');
/** Event for framed windows: check again whether a page around them counts. */
const CHANGED = 'stillhere-frames';
/** The browser's viewer reports nothing. While it has the focus, the PDF is being read; `:focus` and `:hover` don't match it (Chromium 156). */
const PDF = '[type$=pdf],embed[src*=".pdf"],iframe[src*=".pdf"]';
const LOOK_MS = 1_000;
/** How long after the last input outside it a PDF with the focus counts as read. The focus stays there when the reader leaves. */
const PDF_MS = 15 * 60_000;

/**
 * Calls `hear` for events of these types in every same-origin frame, including frames added or navigated later. In a
 * framed page, calls `see` now and on each change with whether the page is in view and counts itself.
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
      // Adding the same listener again has no effect.
      for (const type of types.split(' ')) frame.addEventListener(type, hear, options);
      frame.document.addEventListener('load', look, options);
    });
  const tellFrames = (): void => eachFrame(window, (frame) => frame.dispatchEvent(new Event(CHANGED)));
  const start = (): void => {
    look();
    tellFrames();
  };
  document.addEventListener('load', start, options);
  // A frame that is still loading: the pointer enters it from this page, or a touch moves the focus to it.
  for (const type of ['mouseover', 'blur']) window.addEventListener(type, look, options);
  start();
  signal.addEventListener('abort', tellFrames);
  let signAt = performance.now();
  for (const type of types.split(' ')) window.addEventListener(type, () => (signAt = performance.now()), options);
  const timer = setInterval(() => {
    if (performance.now() < signAt + PDF_MS && document.hasFocus() && document.activeElement?.matches(PDF))
      hear({ isTrusted: true } as Event);
  }, LOOK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
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

/** Also descends through cross-origin frames, which may contain same-origin ones. */
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

/** Undefined for a cross-origin page. */
function readable(page: Window): Window | undefined {
  try {
    return page.document && page;
  } catch {
    return undefined;
  }
}
