// Fills the queue of a device without a connection, restores the connection, and measures the time until the delivery.
import type { Device, Tab } from './engines/engine.ts';
import { FaultProxy } from './fault-proxy.ts';
import { READ, readPage, startReadingSite } from './reading-site.ts';
import { elapsed, until } from './until.ts';

/** The pages that can retry. */
export const ASKERS = ['a page that is read', 'a page whose reader is idle', 'a page that only delivers'] as const;

/**
 * The maximum delay after the server is reachable again: a delivery starts within 2 s, and is slow on a busy machine.
 */
export const SOON_MS = 2_500;

const IDLE_AFTER_MS = 500;
/** With plain exponential backoff, the pause could be 16 s by then. */
const FAILURES = 4;

/**
 * @returns milliseconds from the moment when the server can be reached until a delivery arrives, for each of `rounds` tunnels.
 * @throws when what waited isn't on the server then.
 */
export async function timeDeliveries(
  device: Device,
  asker: (typeof ASKERS)[number],
  rounds: number,
): Promise<readonly number[]> {
  const server = await startReadingSite({
    [READ]: readPage('text', asker === 'a page whose reader is idle' ? `tick="250" idle-after="${IDLE_AFTER_MS}"` : ''),
    '/': readPage('text', 'deliver-only'),
  });
  const proxy = await FaultProxy.start(server.url);
  const tab = await device.open('tab');
  try {
    await tab.goto(`${proxy.url}/`);
    const session = await passGate(tab);
    // In WebKit, a page that is left while it registers the worker leaves the registration unfinished forever.
    await tab.evaluate('navigator.serviceWorker.ready.then(() => true)');
    if (asker !== 'a page that only delivers') await tab.goto(proxy.url + READ);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await proxy.stop();
      await until(() => tab.evaluate(`(${keepSpan.toString()})('span-${round}', '${session}')`));
      // On an `online` event, every page retries.
      await tab.evaluate(`void dispatchEvent(new Event('online'))`);
      await until(async () => Number(await tab.evaluate(`(${readFailures.toString()})()`)) >= FAILURES, 30_000);
      // At a random point in a pause.
      await elapsed((1_000 * round) / rounds);
      const before = proxy.seen.length;
      const reachableAt = Date.now();
      await proxy.reopen();
      times.push((await until(() => proxy.seen[before], 60_000)).at - reachableAt);
      await until(async () => (await server.session(session)).spans.some(({ id }) => id === `span-${round}`));
    }
    return times;
  } finally {
    await tab.close();
    await proxy.stop();
    await server.stop();
  }
}

async function passGate(tab: Tab): Promise<string> {
  return tab.evaluate<string>(`fetch('/api/verify-temp-access', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ email: 'ann@example.com' }),
  }).then(() => document.cookie.match(/session_record_id=([^;]+)/)[1])`);
}

/** Runs in the page: adds a span that an earlier page could not deliver. */
async function keepSpan(id: string, session: string): Promise<boolean> {
  const opening = indexedDB.open('stillhere');
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  const [start, end] = [Date.now() - 2_000, Date.now() - 1_000];
  const transaction = opening.result.transaction('spans', 'readwrite');
  transaction.objectStore('spans').put({ id, session, page: '/earlier/', start, end, attempts: 0 });
  await new Promise((resolve) => transaction.addEventListener('complete', resolve));
  opening.result.close();
  return true;
}

/** Runs in the page: the number of consecutive failed deliveries. */
async function readFailures(): Promise<number> {
  const opening = indexedDB.open('stillhere');
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  const reading = opening.result.transaction('state').objectStore('state').get('pause');
  await new Promise((resolve) => reading.addEventListener('success', resolve));
  opening.result.close();
  return (reading.result as { failures: number } | undefined)?.failures ?? 0;
}
