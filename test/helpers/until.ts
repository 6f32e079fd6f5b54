// Waits for a condition, with a bound: there are no sleeps in the tests.
import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 50;

type Truthy<T> = Exclude<T, false | null | undefined | '' | 0>;

/** Resolves with the first truthy value of `ask` within `withinMs`. Errors count as falsy. */
export async function until<T>(ask: () => T | Promise<T>, withinMs = 15_000): Promise<Truthy<T>> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      last = await ask();
      if (last) return last as Truthy<T>;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms`, { cause: last });
    await delay(EVERY_MS);
  }
}

/** Resolves after this time, to check that something does not happen meanwhile. */
export async function elapsed(ms: number): Promise<void> {
  const beganAt = performance.now();
  await until(() => performance.now() - beganAt > ms, ms + 1_000);
}
