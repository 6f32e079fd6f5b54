// Whose pages a worker may show: the reader's whose cookie the device has. Firefox 153 says "no cookie" to a worker that runs
// in a browser that was just started without a network, and WebKit's older workers can't ask at all. A page always knows: so
// where a worker sees no cookie a page looks, takes away what isn't this reader's, and asks again.
import { SESSION_COOKIE } from '../protocol/delivery.ts';

interface CookieStore {
  get(name: string): Promise<{ readonly value?: string } | null>;
}

const READER_CHECKED = 'stillhere-looked';
/** Until then the page that looked has been loaded anew. */
const TRUSTED_MS = 10_000;

declare const self: ServiceWorkerGlobalScope;

/** The session of the cookie; undefined if this worker sees none. */
export async function readSessionCookie(): Promise<string | undefined> {
  const { cookieStore } = self as { cookieStore?: CookieStore };
  return (await cookieStore?.get(SESSION_COOKIE))?.value;
}

/** Must be called while the worker's script first runs; the result says whether a page has looked just now. */
export function onReaderChecked(): () => boolean {
  let lookedAt = -Infinity;
  self.addEventListener('message', ({ data }) => {
    if (data === READER_CHECKED) lookedAt = performance.now();
  });
  return () => performance.now() - lookedAt < TRUSTED_MS;
}

/** A page that looks, and is replaced by the one that was asked for. It is seen for a moment: it shows nothing. */
export function readerCheckPage(cachePrefix: string): Response {
  const script = `
    const session = document.cookie.match(/(?:^|; )${SESSION_COOKIE}=([^;]+)/)?.[1];
    const isForeign = (name) => name.startsWith('${cachePrefix} ') && name.split(' ')[1] !== session;
    caches.keys()
      .then((names) => Promise.all(names.filter(isForeign).map((name) => caches.delete(name))))
      .then(() => navigator.serviceWorker.controller.postMessage('${READER_CHECKED}'))
      .then(() => location.reload());`;
  return new Response(`<!doctype html><meta name="color-scheme" content="light dark"><script>${script}</script>`, {
    headers: { 'content-type': 'text/html' },
  });
}
