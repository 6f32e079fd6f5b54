// Finds the worker for a page without one, and registers Stillhere's if there is none (the only user of
// workbox-window). Loaded on a device's first page. Afterwards, the browser checks for new versions itself.
import { Workbox } from 'workbox-window';

/**
 * Returns any worker whose scope contains the page, even if it isn't Stillhere's. Registers Stillhere's only if there
 * is none, so it never replaces one. Rejects in Firefox's private windows, on plain http hosts, and while the script
 * can't be loaded.
 * @param path of Stillhere's worker script, or `none`.
 */
export async function findOrRegister(path: string): Promise<ServiceWorker | undefined> {
  // Absolute URLs, because a page's `<base>` may point elsewhere.
  const { href } = location;
  const script = new URL(path, href).href;
  const found = await navigator.serviceWorker.getRegistration(href);
  const coming = found?.installing ?? found?.waiting;
  // A different worker that is still being installed is found on a later beat.
  const isOurs = path !== 'none' && (!coming || coming.scriptURL === script);
  return found?.active ?? (isOurs ? register(script) : undefined);
}

/**
 * Registers immediately instead of after `load`, because the reader may leave before. Resolves with the active worker
 * as soon as there is one; in WebKit that may be never. `navigator.serviceWorker.ready` is unsuitable: it keeps the
 * first registration, even after that was removed.
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

/**
 * Marks the script as trusted, which a site's policy may require (`require-trusted-types-for 'script'`). Throws if the
 * policy doesn't allow the name `stillhere`.
 */
function trust(script: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy('stillhere', { createScriptURL: (url) => url }).createScriptURL(script) ?? script;
}

/** Not in TypeScript's own library. A trusted value can be used like a string. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}
