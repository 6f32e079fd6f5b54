// Background Sync as measured in Chromium (docs/internals/background-sync.md): a tag that is waiting isn't taken again; a new
// one fires at once, or when the device is online; after a failure the next attempt comes minutes later; the third is the last.
import type { Device } from './device.ts';

const AT_ONCE_MS = 100;
const AGAIN_MS = [5 * 60_000, 15 * 60_000] as const;

/** More in 20 minutes than three tags have attempts. */
const LOOP_MS = 20 * 60_000;
const MOST_IN_A_LOOP = 9;

export class BrowserSync {
  readonly #device: Device;
  readonly #tags = new Map<string, { attempts: number; isDue: boolean }>();
  /** When it has fired in vain. */
  readonly #failedAt: number[] = [];
  /** It has tried a tag for the last time, in vain. */
  hasGivenUp = false;

  constructor(device: Device) {
    this.#device = device;
  }

  get isWaiting(): boolean {
    return this.#tags.size > 0;
  }

  async getTags(): Promise<string[]> {
    return [...this.#tags.keys()];
  }

  async register(tag: string): Promise<void> {
    if (this.#device.tabs.length === 0) throw new DOMException('without a window', 'InvalidAccessError');
    if (this.#tags.has(tag)) return;
    this.#tags.set(tag, { attempts: 0, isDue: false });
    this.#fireAfter(AT_ONCE_MS, tag);
  }

  /** The device is online again. */
  resume(): void {
    for (const [tag, { isDue }] of this.#tags) if (isDue) this.#fireAfter(AT_ONCE_MS, tag);
  }

  #fireAfter(ms: number, tag: string): void {
    this.#device.clock.after(ms, () => this.#fire(tag), this.#device);
  }

  #fire(tag: string): void {
    const known = this.#tags.get(tag);
    if (!known) return;
    known.isDue = !this.#device.isOnline;
    if (known.isDue) return;
    const lastChance = known.attempts === AGAIN_MS.length;
    const failed = (): void => {
      this.#noteFailure();
      const againMs = AGAIN_MS[known.attempts++];
      if (againMs === undefined) this.hasGivenUp = this.#tags.delete(tag);
      else this.#fireAfter(againMs, tag);
    };
    this.#device.worker.dispatch('sync', { tag, lastChance }, () => this.#tags.delete(tag), failed);
  }

  #noteFailure(): void {
    const { clock, world } = this.#device;
    this.#failedAt.push(clock.now);
    const before = this.#failedAt.at(-MOST_IN_A_LOOP - 1);
    if (before !== undefined && clock.now - before < LOOP_MS) world.violations.push('sync events go in circles');
  }
}
