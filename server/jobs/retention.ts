// Deletes sessions whose reader has not been seen for as long as the owner wants them kept (RETENTION_DAYS), and, with or without that
// setting, addresses that are no longer needed: of links that ended, of refusals, of codes. Several servers on a store may do it at the
// same time: what is gone is skipped.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError } from '../http/describe-error.ts';
import { REQUEST_MS } from '../store/codes.ts';
import { REMEMBERED_MS } from '../store/refusals.ts';
import type { SessionStore } from '../store/session-store.ts';

const EVERY_MS = 60 * 60_000;
/** A machine that has just booted may not know the time yet, and what is deleted is gone. */
const FIRST_MS = 10 * 60_000;
const SESSIONS_A_STEP = 20;
/** Of each kind. They are single rows. */
const OTHERS_A_STEP = 200;
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

/**
 * @param keepMs how long a session is kept after the last sign of its reader, in milliseconds; undefined: until it is erased. No address
 * of a link or a refusal is kept longer.
 */
export function createRetentionJob(
  { erasures }: Pick<SessionStore, 'erasures'>,
  keepMs: number | undefined,
  log: Logger,
  { now = Date.now, firstMs = FIRST_MS, everyMs = EVERY_MS }: RetentionOptions = {},
): RetentionJob {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  const rest = async (ms: number): Promise<void> => delay(ms, undefined, { signal, ref: false }).catch(() => {});

  const deleteSome = async (): Promise<{ readonly sessions: number; readonly others: number }> => {
    const nowMs = now();
    const oldMs = nowMs - Math.min(keepMs ?? REMEMBERED_MS, REMEMBERED_MS);
    const times = { linksMs: oldMs, refusalsMs: oldMs, codesMs: nowMs - REQUEST_MS };
    return {
      sessions: keepMs === undefined ? 0 : await erasures.deleteUnseenSince(nowMs - keepMs, nowMs, SESSIONS_A_STEP),
      others: await erasures.deleteEnded(times, OTHERS_A_STEP),
    };
  };

  const deleteOld = async (): Promise<void> => {
    const deleted = { sessions: 0, others: 0 };
    for (;;) {
      const beganMs = performance.now();
      const some = await deleteSome();
      deleted.sessions += some.sessions;
      deleted.others += some.others;
      if (some.sessions + some.others === 0 || signal.aborted) break;
      await rest(PARTS_FOR_OTHERS * (performance.now() - beganMs));
    }
    if (deleted.sessions + deleted.others === 0) return;
    await erasures.scrub();
    log.info(deleted, 'deleted sessions, links, refused addresses and codes that are not kept any longer');
  };

  const run = async (): Promise<void> => {
    await rest(firstMs);
    while (!signal.aborted) {
      await deleteOld().catch((error: unknown) => {
        log.error({ err: describeError(error) }, "can't delete what is not kept any longer");
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
