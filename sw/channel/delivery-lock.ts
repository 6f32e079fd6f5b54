// One delivery at a time per device and site, for page and worker (Web Lock).
import { siteBase } from '../protocol/site-base.ts';

const LOCK = 'stillhere-delivery';

/**
 * Chromium 156 may leave the lock unassigned: if a page was left during its delivery, all requests stayed pending and
 * none was granted for as long as was observed (15 s). This happened about 1 time in 15 with both processors busy.
 */
const LOOK_MS = 5_000;

/**
 * Runs `work` when no other page or worker is delivering; retries once if it rejects. Two deliveries may overlap if the
 * browser has no locks, or the lock stays unassigned. The server accepts that.
 */
export function withDeliveryLock<T>(work: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return work();
  const lock = LOCK + siteBase();
  const waiting = new AbortController();
  const look = ({ held }: LockManagerSnapshot): void => {
    if (!held?.some(({ name }) => name === lock)) waiting.abort();
  };
  const timer = setInterval(() => locks.query().then(look, () => {}), LOOK_MS);
  return locks
    .request(lock, { signal: waiting.signal }, work)
    .catch(work)
    .finally(() => clearInterval(timer));
}
