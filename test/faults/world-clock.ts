// The one true time of a schedule, and its timers. No time passes but by `advance`; between two moments everything that
// JavaScript has to do is done first, or as many turns of the event loop as a schedule wants.

export const START = Date.parse('2026-11-24T08:00:00Z');

/** More turns than any work here takes: who needs more goes in circles. */
const MOST_TURNS = 20_000;

const realImmediate = setImmediate;
let immediates = 0;

/** Counts what waits for the next turn of the event loop, IndexedDB and server alike, so that we know when all is quiet. */
export function countImmediates(): () => void {
  globalThis.setImmediate = ((run: (...values: unknown[]) => void, ...values: unknown[]) => {
    immediates++;
    return realImmediate(() => {
      immediates--;
      run(...values);
    });
  }) as typeof setImmediate;
  return () => (globalThis.setImmediate = realImmediate);
}

export interface TimerOwner {
  /** Timers of who is gone don't run. */
  readonly isAlive: boolean;
  /** Its timers wait until the device wakes up. */
  readonly sleeps: boolean;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
  readonly owner: TimerOwner;
}

const WORLD: TimerOwner = { isAlive: true, sleeps: false };

export class WorldClock {
  now = START;
  readonly #timers = new Map<number, Timer>();
  #lastId = 0;

  after(ms: number, run: () => void, owner = WORLD): number {
    this.#timers.set(++this.#lastId, { at: this.now + Math.max(0, ms), run, owner });
    return this.#lastId;
  }

  cancel(id: number): void {
    this.#timers.delete(id);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => (ms > 0 ? this.after(ms, resolve) : resolve()));
  }

  /** Runs everything that can run without time passing, or at most `turns` turns of the event loop. */
  async settle(turns = MOST_TURNS): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      await new Promise((resolve) => realImmediate(resolve));
      if (immediates === 0) return;
    }
    if (turns === MOST_TURNS) throw new Error('It never comes to rest: something goes in circles');
  }

  /** Lets time pass, timer by timer. `isAsleep`: the device's own timers wait until it is over. */
  async advance(ms: number, isAsleep = false): Promise<void> {
    await this.settle();
    const end = this.now + ms;
    for (;;) {
      let nextId = 0;
      let next: Timer | undefined;
      for (const [id, timer] of this.#timers)
        if (!timer.owner.isAlive) this.#timers.delete(id);
        else if (timer.at <= end && (!next || timer.at < next.at) && !(isAsleep && timer.owner.sleeps))
          [nextId, next] = [id, timer];
      if (!next) break;
      this.#timers.delete(nextId);
      this.now = Math.max(this.now, next.at);
      next.run();
      await this.settle();
    }
    this.now = end;
  }
}
