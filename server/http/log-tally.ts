// Logs what may happen thousands of times a second: the first time at once, then how often, at most every 10 s.
import type { Logger } from 'pino';

const EVERY_MS = 10_000;

/** @returns call it each time; `count` in the line is the number of times since the line before. */
export function createTally(log: Logger, message: string, fields: object = {}): () => void {
  let count = 0;
  let loggedMs = -Infinity;
  return () => {
    count++;
    if (performance.now() - loggedMs < EVERY_MS) return;
    log.warn({ count, ...fields }, message);
    loggedMs = performance.now();
    count = 0;
  };
}
