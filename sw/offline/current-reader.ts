// Determines whose pages a worker may show: those of the session in the device's cookie. In a browser just started
// without a network, Firefox 153 reports no cookie to a worker, and older WebKit workers have no cookie API. A page can
// always read the cookie. So if a worker sees no cookie, it serves a page that checks it, deletes other readers' pages
// and reloads.
import { SESSION_COOKIE } from '../protocol/delivery.ts';

interface CookieStore {
  get(name: string): Promise<{ readonly value?: string } | null>;
}

const READER_CHECKED = 'stillhere-looked';
/** Time for the checking page to reload. */
const TRUSTED_MS = 10_000;

declare const self: ServiceWorkerGlobalScope;

/** The session in the cookie; undefined if this worker sees none. */
export async function readSessionCookie(): Promise<string | undefined> {
  const { cookieStore } = self as { cookieStore?: CookieStore };
  return (await cookieStore?.get(SESSION_COOKIE))?.value;
}

/**
 * Call it synchronously during the worker script's first run. The returned function tells whether a page has just
 * checked.
 */
export function onReaderChecked(): () => boolean {
  let lookedAt = -Infinity;
  self.addEventListener('message', ({ data }) => {
    if (data === READER_CHECKED) lookedAt = performance.now();
  });
  return () => performance.now() - lookedAt < TRUSTED_MS;
}

/** A page that checks the cookie and then reloads as the requested page. It is visible for a moment, so it is blank. */
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
