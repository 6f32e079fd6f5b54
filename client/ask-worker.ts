// Sends one message to the worker and waits for its answer, with a port of its own. workbox-window's messageSW keeps
// the port open, and an answer to a page in the back/forward cache evicts the page (Firefox ESR 153: 3 of 3).
import type { Beat, DeliveryOutcome } from '../sw/protocol/messages.ts';

/**
 * Resolves with the outcome of the delivery, or with undefined without a worker or after `patienceMs` without an
 * answer. Rejects when `leaving` is aborted. Afterwards, no timer or open port remains.
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
      // The signal lives as long as the page is read, so its listeners would stay in memory (500 bytes per beat).
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
