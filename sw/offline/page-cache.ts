// The confidential pages that this reader has opened, in a cache of their own that lasts as long as the access does. Page
// and worker share it. The name of the cache says whose it is and until when, so nothing else has to be kept in step.
import { ACCESS_HEADER, NO_ACCESS } from '../protocol/delivery.ts';

/** One reader's access, as the name of its cache tells it. */
export interface Grant {
  readonly cacheName: string;
  readonly session: string;
  /** When the access ends, epoch milliseconds on the device's clock. */
  readonly untilMs: number;
}

/** What the names of such caches begin with. */
export const PAGES = 'stillhere-pages';

/** What pages may take up on the device, in bytes; beyond that those that were opened longest ago go. */
const MOST_BYTES = 50 * 1024 * 1024;
/** Bytes of the body, kept beside it: reading all of them again to count would be dear. Only what is kept has it. */
const SIZE_HEADER = 'stillhere-bytes';

/**
 * The grant that holds now. Whatever is kept beyond it is taken away: its access is over, or it is another reader's.
 * @param isReader says whether a session is that of the reader.
 */
export async function findGrant(isReader: (session: string) => boolean): Promise<Grant | undefined> {
  let found: Grant | undefined;
  for (const cacheName of await caches.keys()) {
    const [prefix, session = '', until] = cacheName.split(' ');
    if (prefix !== PAGES) continue;
    const untilMs = Number(until);
    if (isReader(session) && untilMs > Date.now()) found = { cacheName, session, untilMs };
    else await caches.delete(cacheName);
  }
  return found;
}

/** What is kept of an address, whatever its query. */
export async function findCachedPage({ cacheName }: Grant, url: string): Promise<Response | undefined> {
  return (await caches.open(cacheName)).match(url, { ignoreSearch: true, ignoreVary: true });
}

/** The pages that can be read offline, the one that was opened last first. */
export async function listPages({ cacheName }: Grant): Promise<readonly { url: string; answer: Response }[]> {
  const cache = await caches.open(cacheName);
  const kept = await Promise.all(
    (await cache.keys()).map(async ({ url }) => ({ url, answer: await cache.match(url, { ignoreVary: true }) })),
  );
  return (
    kept
      .flatMap(({ url, answer }) =>
        answer?.headers.get('content-type')?.startsWith('text/html') ? [{ url, answer }] : [],
      )
      // oxlint-disable-next-line unicorn/no-array-reverse -- Safari 15 has no toReversed
      .reverse()
  );
}

/** What the server's answer says of the reader's access; undefined: nothing, it isn't about a protected path. */
export function grantOf(answer: Response, session: string): Grant | 'none' | undefined {
  const access = answer.headers.get(ACCESS_HEADER);
  if (access === null || access === NO_ACCESS) return access === NO_ACCESS ? 'none' : undefined;
  // Both are the server's times: what is left of the access, whatever the device's clock shows.
  const leftMs = Date.parse(access) - Date.parse(answer.headers.get('date') ?? '');
  const untilMs = Date.now() + leftMs;
  return { cacheName: `${PAGES} ${session} ${untilMs}`, session, untilMs };
}

/** From here on pages may be kept with the grant, until it is taken away. */
export async function openPageCache({ cacheName }: Grant): Promise<void> {
  await caches.open(cacheName);
}

/**
 * Keeps an answer as the newest. Nothing is kept of a failure, nor of a redirect, which belongs to another address, nor once
 * the grant was taken away: an answer may come after the reader has had the device forget.
 */
export async function cachePage({ cacheName }: Grant, url: string, answer: Response): Promise<void> {
  if (!answer.ok || answer.redirected) return;
  const body = await answer.blob();
  if (!(await caches.has(cacheName))) return;
  const headers = new Headers(answer.headers);
  headers.set(SIZE_HEADER, String(body.size));
  const kept = new Response(body, { headers });
  const cache = await caches.open(cacheName);
  await trim(cache, MOST_BYTES - body.size);
  // A cache gives its entries in the order in which they were put, and one that is put again is the last.
  await cache.put(url, kept.clone()).catch(async () => {
    // The device is full: pages go, the queue stays.
    await trim(cache, (await bytesOf(cache)) / 2);
    await cache.put(url, kept).catch(() => {});
  });
}

/** Takes all pages of all readers away. */
export async function deletePageCaches(): Promise<void> {
  await findGrant(() => false);
}

async function trim(cache: Cache, mostBytes: number): Promise<void> {
  let bytes = await bytesOf(cache);
  for (const request of await cache.keys()) {
    if (bytes <= mostBytes) return;
    bytes -= sizeOf(await cache.match(request, { ignoreVary: true }));
    await cache.delete(request, { ignoreVary: true });
  }
}

async function bytesOf(cache: Cache): Promise<number> {
  return (await cache.matchAll()).reduce((sum, answer) => sum + sizeOf(answer), 0);
}

function sizeOf(answer: Response | undefined): number {
  return Number(answer?.headers.get(SIZE_HEADER));
}
