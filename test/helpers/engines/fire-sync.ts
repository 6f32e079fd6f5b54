// Fires the browser's sync event: Chromium itself would wait five minutes after a failed one.
import type { Page } from 'puppeteer-core';

/** The browser lists all registrations at once. */
const KNOWN_WITHIN_MS = 5_000;

/**
 * Sends the event with this tag to the worker at the URL `scope`. Resolves with false if there is none within seconds.
 */
export async function fireSync(page: Page, scope: string, tag: string): Promise<boolean> {
  const session = await page.createCDPSession();
  const registration = new Promise<string | undefined>((resolve) => {
    setTimeout(resolve, KNOWN_WITHIN_MS);
    // One event per registration in the browser, including other origins.
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL === scope);
      if (found) resolve(found.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registration;
  const { origin } = new URL(scope);
  if (registrationId)
    await session.send('ServiceWorker.dispatchSyncEvent', { origin, registrationId, tag, lastChance: false });
  await session.detach();
  return registrationId !== undefined;
}
