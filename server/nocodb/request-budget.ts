// Counts the requests that a monthly limit allows: a bucket that fills evenly. It is stored, so that a restart doesn't
// refill it. It does not decide what requests are for.
import type { Notes } from '../store/notes.ts';

const NOTE = 'nocodb-budget';
const MONTH_MS = 31 * 24 * 60 * 60 * 1_000;
/** The part of a month's requests that can be used at once, for a busy day. The rest becomes available evenly. */
const BURST = 1 / 20;
/** The minimum: creating the table takes this many consecutive requests. */
export const LEAST_BURST = 14;

interface Level {
  readonly left: number;
  readonly atMs: number;
}

/** Never allows more than `perMonth` requests in any 31 days, whenever NocoDB's month begins. */
export class RequestBudget {
  readonly #notes: Notes;
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #now: () => number;
  #level: Level | undefined;
  /** The note that belongs to `#level`. If the stored note differs, another process wrote it. */
  #noted: string | undefined;
  #lastTake: Promise<unknown> = Promise.resolve();

  /** @param perMonth 0: no limit; else at least 100. @param now epoch milliseconds. */
  constructor(notes: Notes, perMonth: number, now: () => number) {
    this.#notes = notes;
    this.#capacity = perMonth === 0 ? Number.POSITIVE_INFINITY : Math.max(LEAST_BURST, Math.floor(perMonth * BURST));
    this.#perMs = Math.max(0, perMonth - this.#capacity) / MONTH_MS;
    this.#now = now;
  }

  get isLimited(): boolean {
    return this.#capacity !== Number.POSITIVE_INFINITY;
  }

  /** Milliseconds until one more request becomes available; 0 without a limit. */
  get intervalMs(): number {
    return this.isLimited ? 1 / this.#perMs : 0;
  }

  /** Takes one request; false if none is left. It is stored before the request is sent. */
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
    await this.#notes.write(NOTE, this.#noted);
    return true;
  }

  /** True if there are enough requests for low-priority work, too. */
  async isAmple(): Promise<boolean> {
    return !this.isLimited || (await this.#read()).left > this.#capacity / 2;
  }

  /** Milliseconds until this many requests are available; 0 if they are. */
  async waitMs(requests = 1): Promise<number> {
    if (!this.isLimited) return 0;
    const { left } = await this.#read();
    return Math.max(0, Math.ceil((Math.min(requests, this.#capacity) - left) / this.#perMs));
  }

  async #read(): Promise<Level> {
    const now = this.#now();
    const note = await this.#notes.read(NOTE);
    if (!this.#level || note !== this.#noted) {
      this.#level = note === undefined ? { left: this.#capacity, atMs: now } : (JSON.parse(note) as Level);
      this.#noted = note;
    }
    const { left, atMs } = this.#level;
    const filled = left + Math.max(0, now - atMs) * this.#perMs;
    // Stored at once: if the clock is set back, the bucket continues to fill from there.
    this.#level = { left: Math.min(this.#capacity, filled), atMs: now };
    return this.#level;
  }
}
