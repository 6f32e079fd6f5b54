// Counts tries at the gate that were refused. They are written every few seconds at most, so however many tries somebody makes, the
// store notices little. What a process has not written when it is killed is lost.
import type { Logger } from 'pino';
import { describeError } from '../http/describe-error.ts';
import type { SessionStore } from '../store/session-store.ts';
import { slotOf } from '../store/time-slots.ts';

const PAUSE_MS = 5_000;

export interface RefusalCounter {
  /** Counts one try. Never throws, and waits for nothing. */
  readonly count: () => void;
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
  let timer: NodeJS.Timeout | undefined;
  const add = (slot: number, count: number): void => {
    counts.set(slot, (counts.get(slot) ?? 0) + count);
  };
  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const written = counts;
    counts = new Map();
    await store.refusals.add(written).catch((error: unknown) => {
      for (const [slot, count] of written) add(slot, count);
      log.error({ err: describeError(error) }, "can't count refusals at the gate");
    });
  };
  return {
    count: () => {
      add(slotOf(now()), 1);
      timer ??= setTimeout(() => void write(), PAUSE_MS).unref();
    },
    write,
  };
}
