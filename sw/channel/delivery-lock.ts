// One delivery at a time per device, page and worker alike (Web Lock).

const LOCK = 'stillhere-delivery';

/**
 * Chromium 156 may give the lock to nobody: where a page was left in the moment of its delivery, all requests were pending and
 * none was held for as long as we looked (15 s), about 1 time in 15 with the machine's both processors busy.
 */
const LOOK_MS = 5_000;

/**
 * Runs `work` as soon as no other page nor the worker is at it; what rejects is tried once more. Where there are no locks, or nobody
 * has this one and we don't get it either, two may overlap: the server doesn't mind.
 */
export function withDeliveryLock<T>(work: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return work();
  const waiting = new AbortController();
  const look = ({ held }: LockManagerSnapshot): void => {
    if (!held?.some(({ name }) => name === LOCK)) waiting.abort();
  };
  const timer = setInterval(() => locks.query().then(look, () => {}), LOOK_MS);
  return locks
    .request(LOCK, { signal: waiting.signal }, work)
    .catch(work)
    .finally(() => clearInterval(timer));
}
