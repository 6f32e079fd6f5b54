// How many requests a month's limit leaves: a bucket that fills evenly and is kept in the store, so that a restart gives
// nothing away. It decides nothing about what they are spent on.
import type { Outbox } from '../store/outbox.ts';

const NOTE = 'nocodb-budget';
const MONTH_MS = 31 * 24 * 60 * 60 * 1_000;
/** The part of a month's requests that may be spent at once: a busy day. The rest comes evenly. */
const BURST = 1 / 20;

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

  /** @param perMonth 0: no limit. @param now epoch milliseconds. */
  constructor(outbox: Outbox, perMonth: number, now: () => number) {
    this.#outbox = outbox;
    this.#capacity = perMonth === 0 ? Number.POSITIVE_INFINITY : Math.max(2, Math.floor(perMonth * BURST));
    this.#perMs = Math.max(0, perMonth - this.#capacity) / MONTH_MS;
    this.#now = now;
  }

  get isLimited(): boolean {
    return this.#capacity !== Number.POSITIVE_INFINITY;
  }

  /** Takes one request out; false if there is none. It is written down before the request leaves. */
  async take(): Promise<boolean> {
    if (!this.isLimited) return true;
    const { left, atMs } = await this.#read();
    if (left < 1) return false;
    this.#level = { left: left - 1, atMs };
    await this.#outbox.writeNote(NOTE, JSON.stringify(this.#level));
    return true;
  }

  /** There is enough for what can wait, too. */
  async isAmple(): Promise<boolean> {
    return !this.isLimited || (await this.#read()).left > this.#capacity / 2;
  }

  /** How long until there is a request again, in milliseconds. */
  async waitMs(): Promise<number> {
    const { left } = await this.#read();
    return Math.max(0, Math.ceil((1 - left) / this.#perMs));
  }

  async #read(): Promise<Level> {
    const now = this.#now();
    if (!this.#level) {
      const note = await this.#outbox.readNote(NOTE);
      this.#level = note === undefined ? { left: this.#capacity, atMs: now } : (JSON.parse(note) as Level);
    }
    const { left, atMs } = this.#level;
    const filled = left + Math.max(0, now - atMs) * this.#perMs;
    // Kept at once, so that after a clock was set back the filling goes on from there and doesn't wait for it to catch up.
    this.#level = { left: Math.min(this.#capacity, filled), atMs: now };
    return this.#level;
  }
}
