// Deletes sessions whose reader has not been seen for as long as the owner wants them kept (RETENTION_DAYS). Several servers on a
// store may do it at the same time: a session that is gone is skipped.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError } from '../http/describe-error.ts';
import type { SessionStore } from '../store/session-store.ts';

const EVERY_MS = 60 * 60_000;
/** A machine that has just booted may not know the time yet, and what is deleted is gone. */
const FIRST_MS = 10 * 60_000;
const SESSIONS_A_STEP = 20;
/** For each part of the time in which it deletes: deliveries come first. */
const PARTS_FOR_OTHERS = 4;

export interface RetentionJob {
  start(): void;
  /** Finishes the step under way. */
  stop(): Promise<void>;
}

export interface RetentionOptions {
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** Before the first round, in milliseconds. @default 600000 */
  readonly firstMs?: number;
  /** Pause between rounds, in milliseconds. @default 3600000 */
  readonly everyMs?: number;
}

/** @param keepMs how long a session is kept after the last sign of its reader, in milliseconds. */
export function createRetentionJob(
  { erasures }: Pick<SessionStore, 'erasures'>,
  keepMs: number,
  log: Logger,
  { now = Date.now, firstMs = FIRST_MS, everyMs = EVERY_MS }: RetentionOptions = {},
): RetentionJob {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  const rest = async (ms: number): Promise<void> => delay(ms, undefined, { signal, ref: false }).catch(() => {});

  const deleteOld = async (): Promise<void> => {
    let deleted = 0;
    for (;;) {
      const beganMs = performance.now();
      const some = await erasures.deleteUnseenSince(now() - keepMs, now(), SESSIONS_A_STEP);
      deleted += some;
      if (some === 0 || signal.aborted) break;
      await rest(PARTS_FOR_OTHERS * (performance.now() - beganMs));
    }
    if (deleted === 0) return;
    await erasures.scrub();
    log.info({ sessions: deleted }, 'deleted sessions that are older than RETENTION_DAYS');
  };

  const run = async (): Promise<void> => {
    await rest(firstMs);
    while (!signal.aborted) {
      await deleteOld().catch((error: unknown) => {
        log.error({ err: describeError(error) }, "can't delete old sessions");
      });
      await rest(everyMs);
    }
  };

  return {
    start: () => {
      running ??= run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
