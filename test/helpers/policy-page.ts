// A page whose Content-Security-Policy is strict: what the browser says of it.
import type { Page } from 'puppeteer-core';
import type { Device } from './chromium.ts';
import { openAndListen } from './host-page.ts';

/** A new page, and all that its error handlers hear, what the console says is wrong, and each thing that the policy stops. */
export async function openUnderPolicy(device: Device): Promise<{ page: Page; heard: string[] }> {
  const { page, heard } = await openAndListen(device);
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text());
  });
  await page.evaluateOnNewDocument(() =>
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`${violatedDirective} stops ${blockedURI}`),
    ),
  );
  return { page, heard };
}
