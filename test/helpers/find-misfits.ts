// What doesn't fit on a page as it is: on phones, at desktop width, and in a desktop's window that is zoomed to 200 % and 400 %.
import type { Page } from 'puppeteer-core';

const HEIGHT = 800;
/** In pixels of CSS: 320 is a window of 1280 at 400 % (WCAG 1.4.10), 640 the same window at 200 %. */
const WIDTHS = [320, 390, 640, 1_280];

/** Whatever scrolls sideways, and words that are broken into letters. Afterwards the page has the last width. */
export async function findMisfits(page: Page, widths: readonly number[] = WIDTHS): Promise<string[]> {
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewport({ width, height: HEIGHT });
    for (const misfit of await page.evaluate(listMisfits)) found.push(`${width} px: ${misfit}`);
  }
  return found;
}

/** Runs in the page. What scrolls on purpose can have the focus, so that the keyboard scrolls it. */
function listMisfits(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  const found = scrollWidth > clientWidth ? [`the page scrolls sideways, it needs ${scrollWidth} px`] : [];
  const roots: (Document | ShadowRoot)[] = [document];
  for (const root of roots) {
    for (const element of root.querySelectorAll('body *, :host *')) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
      if (element.scrollWidth <= element.clientWidth || (element as HTMLElement).tabIndex >= 0) continue;
      if (/auto|scroll/.test(getComputedStyle(element).overflowX))
        found.push(`scrolls sideways: ${element.outerHTML.slice(0, 80)}`);
    }
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.textContent?.trim() ?? '';
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      const lines = range.getClientRects().length;
      if (text.length > 3 && lines > text.length / 2) found.push(`in ${lines} lines: ${text}`);
    }
  }
  return found;
}
