// Background Sync as measured in Chromium (facts/browsers.md, section 5): a tag that is waiting isn't taken again; after a
// failure the next attempt comes minutes later; the third is the last.
import type { Device } from './device.ts';

const AT_ONCE_MS = 100;
const AGAIN_MS = [5 * 60_000, 15 * 60_000] as const;

export class BrowserSync {
  readonly #device: Device;
  readonly #tags = new Map<string, { attempts: number }>();
  /** It has tried a tag for the last time, in vain. */
  hasGivenUp = false;

  constructor(device: Device) {
    this.#device = device;
  }

  get isWaiting(): boolean {
    return this.#tags.size > 0;
  }

  async register(tag: string): Promise<void> {
    if (this.#tags.has(tag)) return;
    this.#tags.set(tag, { attempts: 0 });
    this.#device.clock.after(AT_ONCE_MS, () => this.#fire(tag), this.#device);
  }

  #fire(tag: string): void {
    const known = this.#tags.get(tag);
    if (!known) return;
    const lastChance = known.attempts === AGAIN_MS.length;
    const failed = (): void => {
      const againMs = AGAIN_MS[known.attempts++];
      if (againMs === undefined) this.hasGivenUp = this.#tags.delete(tag);
      else this.#device.clock.after(againMs, () => this.#fire(tag), this.#device);
    };
    this.#device.worker.dispatch('sync', { tag, lastChance }, () => this.#tags.delete(tag), failed);
  }
}
