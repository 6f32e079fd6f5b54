// Registers the worker (the only user of workbox-window). Loaded where no worker of ours has the page yet, which is the
// first page that a device reads: from then on the browser looks for a new version of it by itself.
import { Workbox } from 'workbox-window';
import { WORKER_PATH } from '../sw/protocol.ts';

/** At once, not after `load`: a reader may leave before. Rejects in Firefox's private windows, on plain http hosts, … */
export async function registerWorker(): Promise<void> {
  await new Workbox(WORKER_PATH).register({ immediate: true });
}
