// What a page that our element fills shows to its reader: its text, and whether anything is in the way of reading it. Screenshots: set
// OWNER_PICTURES to a folder.
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { findBarriers } from './find-barriers.ts';
import { findMisfits } from './find-misfits.ts';
import { until } from './until.ts';

const PICTURES = process.env['OWNER_PICTURES'];
const WIDTHS = { phone: 390, desktop: 1_280 };

/** For pictures that a test takes itself. */
export const pictureOf = (view: string): string | undefined => (PICTURES ? `${PICTURES}/${view}` : undefined);

/** @param element its tag. */
export function readShown(element: string) {
  const textOf = (page: Page): Promise<string> =>
    page.evaluate(
      (tag) => document.querySelector(tag)?.shadowRoot?.textContent?.replaceAll(/\s+/g, ' ') ?? '',
      element,
    );
  return {
    textOf,
    /** Waits until the page shows the text. */
    shows: (page: Page, text: string): Promise<boolean> => until(async () => (await textOf(page)).includes(text)),
  };
}

/** Takes pictures, looks for barriers, and for anything that doesn't fit. */
export async function look(page: Page, view: string): Promise<void> {
  expect(await findMisfits(page)).toEqual([]);
  for (const [name, width] of Object.entries(WIDTHS)) {
    await page.setViewport({ width, height: 900 });
    expect(await findBarriers(page, pictureOf(`${view}-${name}`))).toEqual([]);
  }
}
