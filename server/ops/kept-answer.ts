// Keeps an answer that is dear, so that however often and by however many it is asked for, it costs a small part of the time.
import { setTimeout as delay } from 'node:timers/promises';

export interface KeptAnswerOptions {
  /** How long an answer is used, in milliseconds, or longer if it took long. @default 5000 */
  readonly keptMs?: number;
  /** How long an answer is waited for, in milliseconds. Prometheus waits for ten seconds. @default 2000 */
  readonly patienceMs?: number;
}

/** For each part of the time in which something is asked: others come first. */
const PARTS_FOR_OTHERS = 10;

/**
 * @param ask is not called again before it has answered.
 * @returns resolves with undefined if it failed, or if it takes too long. Never rejects.
 */
export function keepAnswer<T>(
  ask: () => Promise<T>,
  { keptMs = 5_000, patienceMs = 2_000 }: KeptAnswerOptions = {},
): () => Promise<T | undefined> {
  let answer: Promise<T | undefined> | undefined;
  let isOldAtMs = 0;
  const askNow = async (): Promise<T | undefined> => {
    const beganMs = performance.now();
    const given = await ask().catch(() => undefined);
    const endMs = performance.now();
    isOldAtMs = endMs + Math.max(keptMs, PARTS_FOR_OTHERS * (endMs - beganMs));
    return given;
  };
  return async () => {
    if (!answer || performance.now() >= isOldAtMs) {
      isOldAtMs = Infinity;
      answer = askNow();
    }
    const patience = new AbortController();
    const wait = delay(patienceMs, undefined, { ref: false, signal: patience.signal }).catch(() => undefined);
    const given = await Promise.race([answer, wait]);
    patience.abort();
    return given;
  };
}
