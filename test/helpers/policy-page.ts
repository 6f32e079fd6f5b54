// A page with a strict Content-Security-Policy, and the violations that the browser reports.
import type { Page } from 'puppeteer-core';
import type { Device } from './chromium.ts';
import { openAndListen } from './host-page.ts';

/** A new page, with its errors, console errors and policy violations. */
export async function openUnderPolicy(device: Device): Promise<{ page: Page; heard: string[] }> {
  const { page, heard } = await openAndListen(device);
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(`${message.text()} ${message.location().url ?? ''}`.trim());
  });
  await page.evaluateOnNewDocument(() =>
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`${violatedDirective} stops ${blockedURI}`),
    ),
  );
  return { page, heard };
}
