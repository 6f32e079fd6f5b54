// Waits for a condition, with a bound: there are no sleeps in the tests.
import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 50;
/** Only what fails takes that long. A busy machine of two slow cores has taken 20 s for what takes 3 on a quick one. */
const PATIENCE_MS = 45_000;

type Truthy<T> = Exclude<T, false | null | undefined | '' | 0>;

/**
 * Resolves with the first truthy value of `ask` within `withinMs`. An error counts as falsy, because pages navigate and
 * servers restart; the error at the bound lists all of them. A failed assertion or an undefined name is rethrown at once.
 */
export async function until<T>(ask: () => T | Promise<T>, withinMs = PATIENCE_MS): Promise<Truthy<T>> {
  const deadline = performance.now() + withinMs;
  const errors = new Map<string, number>();
  let last: unknown;
  for (;;) {
    try {
      last = await ask();
      if (last) return last as Truthy<T>;
    } catch (error) {
      if (isOfTest(error)) throw error;
      last = error;
      errors.set(String(error), (errors.get(String(error)) ?? 0) + 1);
    }
    if (performance.now() > deadline) throw new Error(describe(withinMs, errors), { cause: last });
    await delay(EVERY_MS);
  }
}

/** Resolves after this time, to check that something does not happen meanwhile. */
export async function elapsed(ms: number): Promise<void> {
  const beganAt = performance.now();
  await until(() => performance.now() - beganAt > ms, ms + 1_000);
}

function isOfTest(error: unknown): boolean {
  return error instanceof ReferenceError || (error instanceof Error && error.name === 'AssertionError');
}

function describe(withinMs: number, errors: ReadonlyMap<string, number>): string {
  const lines = [...errors].map(([message, times]) => `\n  ${times} times: ${message}`);
  return `Not within ${withinMs} ms${lines.join('')}`;
}
