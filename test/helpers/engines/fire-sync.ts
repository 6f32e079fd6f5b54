// The browser's own sync event, fired by hand: Chromium would wait five minutes after a failed one.
import type { Page } from 'puppeteer-core';

/** The browser names all registrations at once when it is asked. */
const KNOWN_WITHIN_MS = 5_000;

/** Sends the event with this tag to the worker at `scope`, an address. Resolves with false if there is none within seconds. */
export async function fireSync(page: Page, scope: string, tag: string): Promise<boolean> {
  const session = await page.createCDPSession();
  const registration = new Promise<string | undefined>((resolve) => {
    setTimeout(resolve, KNOWN_WITHIN_MS);
    // One event for each registration of the browser, also of other origins.
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
