// Counts tries at the gate that were refused, and notes with which addresses. They are written every few seconds at most, so however
// many tries somebody makes, the store notices little. What a process has not written when it is killed is lost.
import type { Logger } from 'pino';
import { describeError } from '../http/describe-error.ts';
import { MOST_ADDRESSES, type RefusedAddress } from '../store/refusals.ts';
import type { SessionStore } from '../store/session-store.ts';
import { slotOf } from '../store/time-slots.ts';

const PAUSE_MS = 5_000;

export interface RefusalCounter {
  /**
   * Counts one try. Never throws, and waits for nothing.
   * @param email undefined: what was sent is no address.
   */
  readonly count: (email?: string) => void;
  /** Writes what is counted. Logs it if that fails; then it is written with the next try. */
  readonly write: () => Promise<void>;
}

/** @param now epoch milliseconds. */
export function createRefusalCounter(
  store: Pick<SessionStore, 'refusals'>,
  log: Logger,
  now: () => number = Date.now,
): RefusalCounter {
  let counts = new Map<number, number>();
  let addresses = new Map<string, RefusedAddress>();
  let timer: NodeJS.Timeout | undefined;
  const add = (slot: number, count: number): void => {
    counts.set(slot, (counts.get(slot) ?? 0) + count);
  };
  const note = ({ email, tries, firstMs, lastMs }: RefusedAddress): void => {
    const known = addresses.get(email);
    if (!known && addresses.size >= MOST_ADDRESSES) return;
    addresses.set(email, {
      email,
      tries: (known?.tries ?? 0) + tries,
      firstMs: Math.min(known?.firstMs ?? firstMs, firstMs),
      lastMs: Math.max(known?.lastMs ?? lastMs, lastMs),
    });
  };
  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const [written, noted] = [counts, [...addresses.values()]];
    [counts, addresses] = [new Map(), new Map()];
    await store.refusals.add(written, noted, now()).catch((error: unknown) => {
      for (const [slot, count] of written) add(slot, count);
      for (const address of noted) note(address);
      log.error({ err: describeError(error) }, "can't count refusals at the gate");
    });
  };
  return {
    count: (email) => {
      const nowMs = now();
      add(slotOf(nowMs), 1);
      if (email !== undefined) note({ email, tries: 1, firstMs: nowMs, lastMs: nowMs });
      timer ??= setTimeout(() => void write(), PAUSE_MS).unref();
    },
    write,
  };
}
