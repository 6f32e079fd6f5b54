// Keeps the totals of the store a few seconds behind its sessions. It hears which sessions this process changed, and compares all
// of them with the totals at its start and each hour, so that nothing is missed for long, whoever was killed.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError } from '../http/describe-error.ts';
import { chunk } from '../store/chunk.ts';
import { Lease } from '../store/lease.ts';
import type { SessionStore } from '../store/session-store.ts';

/** Of all servers on the store, one at a time counts. Two would only get into each other's way. */
const LEASE = 'totals';
const LEASE_MS = 20_000;
/** No step, and no pause, takes as long. */
const LONGEST_STEP_MS = 10_000;
/** A session that goes on is counted so often, not with each beat; the totals are to be 10 s behind at most. */
const PAUSE_MS = 8_000;
/** For each part of the time in which it counts: deliveries, and what the owner asks, come first. */
const PARTS_FOR_OTHERS = 4;
const COMPARE_EVERY_MS = 60 * 60_000;
const SESSIONS_A_STEP = 100;
const REMEMBERED_AT_ONCE = 1_000;
/** Then it is the store that doesn't answer, and not a session that can't be counted. */
const MOST_FAILURES = 3;

export interface TotalsJob {
  start(): void;
  /** Finishes the step under way. What isn't counted yet is remembered in the store. */
  stop(): Promise<void>;
}

export interface TotalsJobOptions {
  /** Epoch milliseconds, by a clock that all servers on the store share. @default Date.now */
  readonly now?: () => number;
  /** Pause between rounds, in milliseconds. @default 8000 */
  readonly pauseMs?: number;
}

export function createTotalsJob(
  store: Pick<SessionStore, 'totals' | 'leases' | 'watch'>,
  log: Logger,
  { now = Date.now, pauseMs = PAUSE_MS }: TotalsJobOptions = {},
): TotalsJob {
  const { counting } = store.totals;
  const lease = new Lease({ name: LEASE, leases: store.leases, leaseMs: LEASE_MS, stepMs: LONGEST_STEP_MS, now });
  const stopping = new AbortController();
  const { signal } = stopping;
  const changed = new Set<string>();
  let comparedAtMs = -Infinity;
  /** Undefined: no comparison is under way. */
  let comparing: { readonly before: string | undefined } | undefined;
  let running: Promise<void> | undefined;
  let unwatch = (): void => {};
  const rest = async (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => {});

  const keep = (ids: readonly string[]): void => {
    for (const id of ids) changed.add(id);
  };

  /** One session that can't be counted must not stop the others. @returns those that couldn't be counted. */
  const countOneByOne = async (ids: readonly string[]): Promise<readonly string[]> => {
    const failed: string[] = [];
    for (const [nth, id] of ids.entries()) {
      if (signal.aborted || failed.length === MOST_FAILURES) return [...failed, ...ids.slice(nth)];
      await counting.count([id]).catch((error: unknown) => {
        failed.push(id);
        log.error({ err: describeError(error) }, "can't count a session");
      });
    }
    return failed;
  };

  const countChanged = async (): Promise<void> => {
    const failed: string[] = [];
    for (const ids of chunk([...changed], SESSIONS_A_STEP)) {
      if (signal.aborted || !(await lease.hold())) break;
      for (const id of ids) changed.delete(id);
      const beganMs = performance.now();
      try {
        await counting.count(ids);
      } catch {
        failed.push(...(await countOneByOne(ids)));
      }
      await rest(PARTS_FOR_OTHERS * (performance.now() - beganMs));
    }
    if (failed.length > 0) await rest(pauseMs);
    keep(failed);
  };

  /** For the process that has the lease. */
  const handOver = async (): Promise<void> => {
    const ids = [...changed];
    for (const id of ids) changed.delete(id);
    await counting.remember(ids).catch((error: unknown) => {
      keep(ids);
      throw error;
    });
  };

  /** @returns whether there is more to do at once. */
  const round = async (): Promise<boolean> => {
    const sinceMs = now() - comparedAtMs;
    // Less than no time: the clock was set back.
    if (sinceMs >= COMPARE_EVERY_MS || sinceMs < 0) {
      comparing = { before: undefined };
      comparedAtMs = now();
    }
    const remembered = await counting.listRemembered(REMEMBERED_AT_ONCE);
    if (changed.size + remembered.length === 0 && !comparing) return false;
    if (!(await lease.hold())) {
      await handOver();
      return false;
    }
    keep(remembered);
    await counting.forget(remembered);
    if (comparing) {
      const { ids, next } = await counting.compare(comparing.before);
      keep(ids);
      comparing = next === undefined ? undefined : { before: next };
    }
    await countChanged();
    return changed.size > 0 || comparing !== undefined;
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const isMoreWaiting = await round().catch((error: unknown) => {
        log.error({ err: describeError(error) }, "can't count the totals");
        return false;
      });
      if (!isMoreWaiting) await rest(pauseMs);
    }
  };

  return {
    start: () => {
      unwatch = store.watch(keep);
      running = run();
    },
    stop: async () => {
      stopping.abort();
      unwatch();
      await running;
      await handOver().catch(() => {
        // The next start compares all sessions with the totals.
      });
      // Without the store, others wait until it ends.
      await lease.release().catch(() => {});
    },
  };
}
