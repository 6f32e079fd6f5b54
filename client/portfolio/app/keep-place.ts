// Brings the reader back to the place in a text where the page was left, also after the tab was closed.
import { readSession } from '../../cookies.ts';
import { showNote } from './note.ts';
import { findPlace, keepPlaceIn, type Place } from './places.ts';
import { say } from './translate.ts';

const BLOCKS = 'p, h2, h3, li, figure, blockquote';
const NOT_OURS: readonly string[] = ['reload', 'back_forward'];

/** Goes to the kept place of this page, unless the address or the browser names another one. Says so, and leads to the beginning. */
export function returnToPlace(text: Element): void {
  const place = findPlace(readSession(), location.pathname);
  const [navigation] = performance.getEntriesByType('navigation');
  if (!place || location.hash || scrollY > 0) return;
  if (navigation && NOT_OURS.includes((navigation as PerformanceNavigationTiming).type)) return;
  const block = text.querySelectorAll(BLOCKS)[place.block];
  if (!block) return;
  const { top, height } = block.getBoundingClientRect();
  scrollTo({ top: scrollY + top + place.part * height - upperEdge(), behavior: 'instant' });
  const toBeginning = (): void => scrollTo({ top: 0 });
  const hide = showNote(say('place'), [{ text: say('toBeginning'), act: toBeginning }], () => {});
  const startY = scrollY;
  // Who reads on has found the place.
  const watch = (): void => {
    if (Math.abs(scrollY - startY) < innerHeight) return;
    removeEventListener('scroll', watch);
    hide();
  };
  addEventListener('scroll', watch, { passive: true });
}

/** Keeps the place whenever the reader stops scrolling or leaves, until the access ends. */
export function rememberPlace(text: Element, access: { readonly session: string; readonly untilMs: number }): void {
  const keep = (): void => {
    // The reader may have used "Forget this device" meanwhile.
    if (readSession() === access.session) keepPlaceIn(access, location.pathname, currentPlace(text));
  };
  addEventListener('scrollend', keep);
  addEventListener('pagehide', keep);
  document.addEventListener('visibilitychange', () => document.hidden && keep());
}

/** Undefined at the beginning and at the end. */
function currentPlace(text: Element): Place | undefined {
  const edge = upperEdge();
  const isAtBeginning = scrollY < innerHeight / 2;
  const isAtEnd = text.getBoundingClientRect().bottom < innerHeight;
  if (isAtBeginning || isAtEnd) return undefined;
  const blocks = [...text.querySelectorAll(BLOCKS)];
  const at = blocks.findIndex((block) => block.getBoundingClientRect().bottom > edge);
  const { top = 0, height = 1 } = blocks[at]?.getBoundingClientRect() ?? {};
  return at < 0 ? undefined : { block: at, part: (edge - top) / height };
}

/** Where text begins to be visible: below the page's bar. */
function upperEdge(): number {
  return Math.max(0, document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0);
}
