// How many requests a month's limit leaves: a bucket that fills evenly and is kept in the store, so that a restart gives
// nothing away. It decides nothing about what they are spent on.
import type { Outbox } from '../store/outbox.ts';

const NOTE = 'nocodb-budget';
const MONTH_MS = 31 * 24 * 60 * 60 * 1_000;
/** The part of a month's requests that may be spent at once: a busy day. The rest comes evenly. */
const BURST = 1 / 20;
/** But enough to make the table, which takes that many requests in a row. */
export const LEAST_BURST = 14;

interface Level {
  readonly left: number;
  readonly atMs: number;
}

/** Never more than `perMonth` requests within any 31 days, whenever NocoDB's month begins. */
export class RequestBudget {
  readonly #outbox: Outbox;
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #now: () => number;
  #level: Level | undefined;
  /** The note that `#level` stands for: another one is another process's. */
  #noted: string | undefined;
  #lastTake: Promise<unknown> = Promise.resolve();

  /** @param perMonth 0: no limit; else at least 100. @param now epoch milliseconds. */
  constructor(outbox: Outbox, perMonth: number, now: () => number) {
    this.#outbox = outbox;
    this.#capacity = perMonth === 0 ? Number.POSITIVE_INFINITY : Math.max(LEAST_BURST, Math.floor(perMonth * BURST));
    this.#perMs = Math.max(0, perMonth - this.#capacity) / MONTH_MS;
    this.#now = now;
  }

  get isLimited(): boolean {
    return this.#capacity !== Number.POSITIVE_INFINITY;
  }

  /** In how many milliseconds one more request comes back; 0 without a limit. */
  get intervalMs(): number {
    return this.isLimited ? 1 / this.#perMs : 0;
  }

  /** Takes one request out; false if there is none. It is written down before the request leaves. */
  async take(): Promise<boolean> {
    if (!this.isLimited) return true;
    const taken = this.#lastTake.then(() => this.#takeOne());
    this.#lastTake = taken.catch(() => {});
    return taken;
  }

  async #takeOne(): Promise<boolean> {
    const { left, atMs } = await this.#read();
    if (left < 1) return false;
    this.#level = { left: left - 1, atMs };
    this.#noted = JSON.stringify(this.#level);
    await this.#outbox.writeNote(NOTE, this.#noted);
    return true;
  }

  /** There is enough for what can wait, too. */
  async isAmple(): Promise<boolean> {
    return !this.isLimited || (await this.#read()).left > this.#capacity / 2;
  }

  /** How long until there are so many requests, in milliseconds; 0 if there are. */
  async waitMs(requests = 1): Promise<number> {
    if (!this.isLimited) return 0;
    const { left } = await this.#read();
    return Math.max(0, Math.ceil((Math.min(requests, this.#capacity) - left) / this.#perMs));
  }

  async #read(): Promise<Level> {
    const now = this.#now();
    const note = await this.#outbox.readNote(NOTE);
    if (!this.#level || note !== this.#noted) {
      this.#level = note === undefined ? { left: this.#capacity, atMs: now } : (JSON.parse(note) as Level);
      this.#noted = note;
    }
    const { left, atMs } = this.#level;
    const filled = left + Math.max(0, now - atMs) * this.#perMs;
    // Kept at once, so that after a clock was set back the filling goes on from there and doesn't wait for it to catch up.
    this.#level = { left: Math.min(this.#capacity, filled), atMs: now };
    return this.#level;
  }
}
