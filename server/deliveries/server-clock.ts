// The server's time, and by how much it was last set back while the process ran: what is read meanwhile goes on by the clock that its
// session began with (server/store/record.ts), because nothing may end after it was received.
import { SMALLEST_STEP_MS } from '../store/bounds.ts';

export interface ServerClock {
  /** Epoch milliseconds. */
  now(): number;
  /** The last step back, in milliseconds; undefined: there was none. */
  readonly setBackMs: number | undefined;
}

/**
 * @param wall epoch milliseconds.
 * @param steady milliseconds of a clock that is never set.
 * @param noteStep called with each step back.
 */
export function createServerClock(
  wall: () => number,
  steady: () => number,
  noteStep: (setBackMs: number) => void,
): ServerClock {
  let lead = wall() - steady();
  let setBackMs: number | undefined;
  return {
    now: () => {
      const nowMs = wall();
      const step = nowMs - steady() - lead;
      lead += step;
      if (step < -SMALLEST_STEP_MS) {
        setBackMs = Math.round(-step);
        noteStep(setBackMs);
      }
      return nowMs;
    },
    get setBackMs() {
      return setBackMs;
    },
  };
}
