// Lets deliveries go first: an export rests between its parts while sessions are being recorded, and runs at full speed otherwise.
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionStore } from '../store/session-store.ts';

/** So long after a recording, more are expected. */
const BUSY_MS = 200;
/** Rest ÷ work. */
const REST = 9;
const LONGEST_REST_MS = 2_000;

export class GiveWay {
  #recordedAtMs = -Infinity;

  constructor(store: Pick<SessionStore, 'watch'>) {
    store.watch(() => (this.#recordedAtMs = performance.now()));
  }

  /** Whether deliveries arrive. */
  get isBusy(): boolean {
    return performance.now() - this.#recordedAtMs < BUSY_MS;
  }

  /** Call it after work that took `workMs`. Returns at once if no deliveries arrive. */
  async rest(workMs: number): Promise<void> {
    if (this.isBusy) await delay(Math.min(workMs * REST, LONGEST_REST_MS));
  }
}
