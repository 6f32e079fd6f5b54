// Finds the worker of a page that none controls yet, and registers ours where there is none (the only user of workbox-window).
// Loaded on the first page that a device reads: from then on the browser looks for a new version of it by itself.
import { Workbox } from 'workbox-window';

/**
 * Any worker whose scope the page lies in, be it another one than ours; only where there is none ours is registered, so that
 * it never replaces one. Rejects in Firefox's private windows, on plain http hosts, and while the script can't be had.
 * @param path that of our script, or `none`.
 */
export async function findOrRegister(path: string): Promise<ServiceWorker | undefined> {
  // Whole addresses: a page's `<base>` may lead elsewhere.
  const { href } = location;
  const script = new URL(path, href).href;
  const found = await navigator.serviceWorker.getRegistration(href);
  const coming = found?.installing ?? found?.waiting;
  // Another one that is just being installed is found with a later beat.
  const isOurs = path !== 'none' && (!coming || coming.scriptURL === script);
  return found?.active ?? (isOurs ? register(script) : undefined);
}

/**
 * At once, not after `load`: a reader may leave before. Resolves with the active worker as soon as there is one, which in
 * WebKit may be never.
 * Not with that of `navigator.serviceWorker.ready`: it keeps to the first registration, even when that was taken away.
 */
async function register(script: string): Promise<ServiceWorker | undefined> {
  const registration = await new Workbox(trust(script)).register({ immediate: true });
  const coming = registration?.installing ?? registration?.waiting;
  return new Promise((resolve) => {
    const look = (): void => {
      if (registration?.active || !coming || coming.state === 'redundant') resolve(registration?.active ?? undefined);
    };
    coming?.addEventListener('statechange', look);
    look();
  });
}

/** As ours: a site's policy may demand to be told so (`require-trusted-types-for 'script'`). Throws where it doesn't know our name. */
function trust(script: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy('stillhere', { createScriptURL: (url) => url }).createScriptURL(script) ?? script;
}

/** Not in TypeScript's own library. What is trusted goes wherever a string does. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}
