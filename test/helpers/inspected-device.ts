// A device under inspection: spans written to its queue directly, and the contents of the inspector.
import type { Frame, Page } from 'puppeteer-core';
import type { QueuedSpan } from '../../sw/channel/database.ts';
import { toRow } from '../../sw/channel/queue.ts';
import { until } from './until.ts';

/** The panel's visible texts. */
export interface Shown {
  readonly summary: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly waiting: readonly string[][];
  readonly refused: readonly string[][];
  readonly delivered: readonly string[][];
  readonly timeline: readonly string[][];
}

/** This many spans of a visit to the portfolio, the last one ending at `lastEnd`; the older ones were tried before. */
export function makeRows(
  count: number,
  session: string,
  lastEnd: number,
  lastError = 'HTTP 502, not an answer of Stillhere',
): QueuedSpan[] {
  const pages = ['night-handover', 'four-minutes', 'day-nine'];
  return Array.from({ length: count }, (_, nth): QueuedSpan => {
    const end = lastEnd - nth * 95_000;
    const page = `/portfolio/confidential/${pages[nth % 3]}/`;
    const start = end - 20_000 - ((nth * 7) % 60) * 1_000;
    const row = toRow({ id: nth.toString(16).padStart(32, '0'), session, page, start, end });
    return nth === 0 && count > 1 ? row : { ...row, attempts: 1 + (nth % 4), lastError };
  });
}

/** Writes rows to a store of the queue, which must exist. */
export async function layRows(
  page: Page,
  rows: readonly QueuedSpan[],
  store: 'spans' | 'refused' = 'spans',
): Promise<void> {
  await page.evaluate(
    (given, name) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('stillhere');
        opening.addEventListener('error', () => reject(opening.error));
        opening.addEventListener('success', () => {
          const transaction = opening.result.transaction(name, 'readwrite');
          for (const row of given) transaction.objectStore(name).put(row);
          transaction.addEventListener('complete', () => {
            opening.result.close();
            resolve();
          });
        });
      }),
    rows,
    store,
  );
}

/** The contents of the inspector, in a page or in the devtools panel; undefined without an inspector. */
export async function readInspector(page: Page | Frame): Promise<Shown | undefined> {
  return page.evaluate(() => {
    const root = document.querySelector('heartbeat-inspector')?.shadowRoot ?? document;
    const texts = (within: Element, what: string): string[] =>
      [...within.querySelectorAll(what)].map((element) => element.textContent ?? '');
    const rows = (title: string): string[][] =>
      [...root.querySelectorAll(`table[aria-label="${title}"] tbody tr`)].map((row) => texts(row, 'td:not(.control)'));
    const panel = root.querySelector('.panel');
    if (!panel) return undefined;
    return {
      summary: texts(panel, '.summary').join(),
      facts: Object.fromEntries(
        [...panel.querySelectorAll('.facts > div')].map((fact) => [texts(fact, 'dt').join(), texts(fact, 'dd').join()]),
      ),
      waiting: rows('Waiting'),
      refused: rows('Refused'),
      delivered: rows('Delivered in this visit'),
      timeline: rows('Timeline'),
    };
  });
}

/** The keys that open and close the inspector. */
export async function pressKeys(page: Page): Promise<void> {
  await page.keyboard.down('Control');
  await page.keyboard.down('Shift');
  await page.keyboard.press('KeyH');
  await page.keyboard.up('Shift');
  await page.keyboard.up('Control');
}

/** Presses a button of the inspector, named by its text or its label. */
export async function press(page: Page | Frame, label: string): Promise<void> {
  await page.evaluate((text) => {
    const root = document.querySelector('heartbeat-inspector')?.shadowRoot ?? document;
    const button = [...root.querySelectorAll('button')].find(
      ({ textContent, ariaLabel }) => textContent?.trim() === text || ariaLabel === text,
    );
    if (!button) throw new Error(`No button ${text}`);
    button.click();
  }, label);
}

/** Resolves with the contents of the inspector as soon as they meet the condition. */
export async function untilShown(page: Page, isSo: (inspector: Shown) => unknown, withinMs?: number): Promise<Shown> {
  return until(async () => {
    const inspector = await readInspector(page);
    return inspector && isSo(inspector) ? inspector : undefined;
  }, withinMs);
}
