// A reader's actions in the sample portfolio.
import type { Page } from 'puppeteer-core';

export const CASE_STUDY = '/portfolio/confidential/night-handover/';

/** Enters an address at the gate and reaches the confidential page; resolves with the session's id. */
export async function passGate(page: Page, url: string, email: string, path = CASE_STUDY): Promise<string> {
  await page.goto(url + path);
  // If another reader's pages are cached, a page that checks the cookie comes first.
  await page.waitForSelector('#email');
  await page.type('#email', email);
  await Promise.all([page.waitForNavigation(), page.click('button')]);
  return readSessionCookie(page);
}

export async function readSessionCookie(page: Page): Promise<string> {
  return page.evaluate(() => document.cookie.match(/session_record_id=([^;]+)/)?.[1] ?? '');
}

/** The queued rows on the device, as in the devtools. */
export async function readQueue(page: Page, store: 'spans' | 'refused' = 'spans'): Promise<Record<string, unknown>[]> {
  return page.evaluate(
    (name) =>
      new Promise<Record<string, unknown>[]>((resolve, reject) => {
        const opening = indexedDB.open('stillhere');
        opening.addEventListener('error', () => reject(opening.error));
        opening.addEventListener('success', () => {
          // The database doesn't exist yet, or was just deleted.
          if (!opening.result.objectStoreNames.contains(name)) {
            opening.result.close();
            resolve([]);
            return;
          }
          const reading = opening.result.transaction(name).objectStore(name).getAll();
          reading.addEventListener('success', () => {
            opening.result.close();
            resolve(reading.result);
          });
        });
      }),
    store,
  );
}
