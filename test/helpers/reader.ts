// What a reader does in the sample portfolio.
import type { Page } from 'puppeteer-core';

export const CASE_STUDY = '/portfolio/confidential/night-handover/';

/** Leaves an address at the gate and lands on the confidential page; resolves with the session's id. */
export async function passGate(page: Page, url: string, email: string, path = CASE_STUDY): Promise<string> {
  await page.goto(url + path);
  // Where another reader's pages are kept a page that looks for the cookie comes first.
  await page.waitForSelector('#email');
  await page.type('#email', email);
  await Promise.all([page.waitForNavigation(), page.click('button')]);
  return readSessionCookie(page);
}

export async function readSessionCookie(page: Page): Promise<string> {
  return page.evaluate(() => document.cookie.match(/session_record_id=([^;]+)/)?.[1] ?? '');
}

/** The rows that wait on the device, as the devtools show them. */
export async function readQueue(page: Page, store: 'spans' | 'refused' = 'spans'): Promise<Record<string, unknown>[]> {
  return page.evaluate(
    (name) =>
      new Promise<Record<string, unknown>[]>((resolve, reject) => {
        const opening = indexedDB.open('stillhere');
        opening.addEventListener('error', () => reject(opening.error));
        opening.addEventListener('success', () => {
          // Nothing of ours yet, or it was just deleted.
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
