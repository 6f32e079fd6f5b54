// Caches the protected pages that this reader has opened, for as long as the access lasts. Shared by page and worker.
// The cache's name contains the reader and the expiry, so no other state has to be kept in sync.
import { ACCESS_HEADER, NO_ACCESS } from '../protocol/delivery.ts';

/** One reader's access, as encoded in the cache's name. */
export interface Grant {
  readonly cacheName: string;
  readonly session: string;
  /** When the access ends, epoch milliseconds on the device's clock. */
  readonly untilMs: number;
}

/** The prefix of these caches' names. */
export const PAGES = 'stillhere-pages';

/** The maximum size of all pages on the device, in bytes. Beyond it, the least recently opened are deleted. */
const MOST_BYTES = 50 * 1024 * 1024;
/**
 * The size of the body in bytes, because reading all bodies to count them would be expensive. Only cached responses
 * have this header.
 */
const SIZE_HEADER = 'stillhere-bytes';

/**
 * Returns the current grant. Deletes all other page caches: their access has ended, or they belong to another reader.
 * @param isReader true for the reader's session.
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

/** The cached response for an address, ignoring the query. */
export async function findCachedPage({ cacheName }: Grant, url: string): Promise<Response | undefined> {
  return (await caches.open(cacheName)).match(url, { ignoreSearch: true, ignoreVary: true });
}

/** The pages that can be read offline, most recently opened first. */
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

/** The reader's access according to a response; undefined if the path is not protected. */
export function grantOf(answer: Response, session: string): Grant | 'none' | undefined {
  const access = answer.headers.get(ACCESS_HEADER);
  if (access === null || access === NO_ACCESS) return access === NO_ACCESS ? 'none' : undefined;
  // Both are the server's times, so the remaining time doesn't depend on the device's clock.
  const leftMs = Date.parse(access) - Date.parse(answer.headers.get('date') ?? '');
  const untilMs = Date.now() + leftMs;
  return { cacheName: `${PAGES} ${session} ${untilMs}`, session, untilMs };
}

/** Creates the grant's cache. Pages can be cached until it is deleted. */
export async function openPageCache({ cacheName }: Grant): Promise<void> {
  await caches.open(cacheName);
}

/**
 * Caches a response as the newest. Ignores failures, redirects (which belong to another address), and responses that
 * arrive after the cache was deleted: the reader may have used "Forget this device".
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
  // A cache lists entries in insertion order; an entry that is put again becomes the last.
  await cache.put(url, kept.clone()).catch(async (error: unknown) => {
    // It fails, too, where a page is left that is being kept: WebKitGTK 2.50 then lost the pages opened before.
    if ((error as Error).name !== 'QuotaExceededError') return;
    // The storage is full: delete pages, keep the queue.
    await trim(cache, (await bytesOf(cache)) / 2);
    await cache.put(url, kept).catch(() => {});
  });
}

/** Deletes all cached pages of all readers. */
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
