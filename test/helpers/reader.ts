// A reader's actions: entering, through the gate or with an access granted before; and the queue on the device.
import type { Frame, Page } from 'puppeteer-core';
import { READ } from './reading-site.ts';
import { until } from './until.ts';

export const CASE_STUDY = '/portfolio/confidential/night-handover/';

/** Enters an address at the gate and reaches the confidential page; resolves with the session's id. */
export async function passGate(page: Page, url: string, email: string, path = CASE_STUDY): Promise<string> {
  await page.goto(url + path);
  return enterAddress(page.mainFrame(), email);
}

/** Enters an address at the gate that this frame shows; resolves with the session's id. */
export async function enterAddress(frame: Frame, email: string): Promise<string> {
  // If another reader's pages are cached, a page that checks the cookie comes first.
  await frame.waitForSelector('#email');
  await frame.type('#email', email);
  await Promise.all([frame.waitForNavigation(), frame.click('button')]);
  // More than once, because the page may reload itself meanwhile.
  const { id } = await until(async () => ({ id: await readSessionCookie(frame) }));
  return id;
}

/**
 * Opens a page with an access granted before: a third of the work of {@link passGate}. Resolves with the session's id.
 */
export async function enter(page: Page, url: string, email = 'ann@example.com', path = READ): Promise<string> {
  const granted = await fetch(`${url}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ email }),
  });
  const cookies = granted.headers.getSetCookie().map(toCookie);
  await page.browserContext().setCookie(...cookies.map((cookie) => ({ ...cookie, domain: new URL(url).hostname })));
  await page.goto(url + path);
  return cookies.find(({ name }) => name === 'session_record_id')?.value ?? '';
}

/** Sends the form of the gate, and waits for the page that follows. The form's script changes the history of its own page first. */
export async function sendForm(page: Page, send = () => page.click('form button')): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute('data-sent', ''));
  await send();
  await page.waitForSelector('html:not([data-sent])');
}

/** Uses "Forget this device", and is sure of it. */
export async function forgetDevice(page: Page): Promise<void> {
  await page.locator('[data-forget]').click();
  await page.locator('dialog button[value=sure]').click();
}

function toCookie(line: string) {
  const [, name = '', value = '', attributes = ''] = line.match(/^([^=]+)=([^;]*)(.*)$/) ?? [];
  const [, maxAge = ''] = attributes.match(/Max-Age=(\d+)/) ?? [];
  return {
    name,
    value,
    path: '/',
    sameSite: 'Lax' as const,
    httpOnly: attributes.includes('HttpOnly'),
    expires: Date.now() / 1_000 + Number(maxAge),
  };
}

export async function readSessionCookie(page: Page | Frame): Promise<string> {
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
