// Runs axe on a page in its current state, in both colour schemes, and optionally takes screenshots.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'puppeteer-core';

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** With the rule that axe leaves out by default: targets of 24 by 24 pixels, or as far apart (WCAG 2.5.8). */
const AXE_RUN = 'axe.run({ rules: { "target-size": { enabled: true } } })';

/** @param picture path prefix for screenshots; the colour scheme is appended. */
export async function findBarriers(page: Page, picture?: string): Promise<string[]> {
  const found: string[] = [];
  // Not a script of the page, so its policy doesn't apply.
  await page.evaluate(axe.source);
  for (const value of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    const { violations } = (await page.evaluate(AXE_RUN)) as { violations: readonly Violation[] };
    for (const { id, nodes } of violations) found.push(`${value}: ${id}: ${nodes[0]?.html}`);
    if (picture === undefined) continue;
    await mkdir(join(picture, '..'), { recursive: true });
    await page.screenshot({ path: `${picture}-${value}.png` });
  }
  return found;
}
