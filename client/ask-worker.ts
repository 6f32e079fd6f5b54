// One question to the worker, through a port of its own. Not workbox-window's messageSW: that keeps the port to itself, and
// an answer that comes into a page in the back/forward cache throws the page out of it (Firefox ESR 153: 3 of 3).
import type { Beat, DeliveryOutcome } from '../sw/protocol/messages.ts';

/**
 * Resolves with what the delivery came to; with undefined where there is no worker or it stays silent for `patienceMs`.
 * Rejects when `leaving` says that nobody waits any more: then neither a timer nor an open port stays behind.
 */
export function askWorker(
  worker: Promise<ServiceWorker | undefined>,
  beat: Beat,
  leaving: AbortSignal,
  patienceMs: number,
): Promise<DeliveryOutcome | undefined> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    const leave = (): void => settle();
    const settle = (outcome?: DeliveryOutcome): void => {
      clearTimeout(timer);
      port1.close();
      // The signal lives as long as the page is read: what it holds stays in memory (500 bytes a beat).
      leaving.removeEventListener('abort', leave);
      if (leaving.aborted) reject(leaving.reason as Error);
      else resolve(outcome);
    };
    const timer = setTimeout(settle, patienceMs);
    port1.addEventListener('message', ({ data }) => settle(data as DeliveryOutcome));
    port1.start();
    leaving.addEventListener('abort', leave);
    // A worker that has become redundant may throw.
    worker.then((active) => (active ? active.postMessage(beat, [port2]) : settle())).catch(leave);
  });
}
