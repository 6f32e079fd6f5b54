// Registers the worker (the only user of workbox-window). Loaded where no worker of ours has the page yet, which is the
// first page that a device reads: from then on the browser looks for a new version of it by itself.
import { Workbox } from 'workbox-window';
import { WORKER_PATH } from '../sw/protocol.ts';

/**
 * At once, not after `load`: a reader may leave before. Rejects in Firefox's private windows, on plain http hosts, and while
 * the script can't be had. Resolves with the active worker as soon as there is one, which in WebKit may be never.
 * Not with that of `navigator.serviceWorker.ready`: it keeps to the first registration, even when that was taken away.
 */
export async function registerWorker(): Promise<ServiceWorker | undefined> {
  const registration = await new Workbox(WORKER_PATH).register({ immediate: true });
  const coming = registration?.installing ?? registration?.waiting;
  return new Promise((resolve) => {
    const look = (): void => {
      if (registration?.active || !coming || coming.state === 'redundant') resolve(registration?.active ?? undefined);
    };
    coming?.addEventListener('statechange', look);
    look();
  });
}
