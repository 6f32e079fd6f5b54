// The state of the mirror: what keeps it from writing, until when it rests, and what waits. For the owner and for the mirror.
import type { Logger } from 'pino';
import type { NocoFailure } from './response.ts';
import { Rest } from '../outbox/rest.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface MirrorStatus {
  /** Why nothing is written now; undefined when all is well. Names no token and no reader. */
  readonly trouble: string | undefined;
  /** Requests to NocoDB so far. */
  readonly requests: number;
  /** Sessions that NocoDB doesn't show as they are in the store, as of the last round. */
  readonly waiting: number;
  /** When the longest waiting of them was last seen, in epoch milliseconds; undefined if none waits. */
  readonly oldestWaitingMs: number | undefined;
  /** Until when nothing is asked of NocoDB, in epoch milliseconds; undefined if it may be asked. */
  readonly nextRequestAtMs: number | undefined;
  /** Columns that are left out, each a sentence with the reason. */
  readonly leftOut: readonly string[];
}

export type Waiting = Pick<MirrorStatus, 'waiting' | 'oldestWaitingMs' | 'leftOut'>;

interface Clock {
  readonly monotonic: () => number;
  readonly wall: () => number;
}

export class MirrorStatusBoard {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #rest: Rest;
  readonly #isUnlimited: boolean;
  #trouble: string | undefined;
  #troubleFrom: 'reading' | 'writing' | undefined;
  #isLogged = false;
  #isSpent = false;
  #spentLoggedAt = -Infinity;
  #waiting: Waiting = { waiting: 0, oldestWaitingMs: undefined, leftOut: [] };

  /** @param intervalMs how long a request under a monthly limit takes to come back; 0: no limit. No rest is longer. */
  constructor(log: Logger, clock: Clock, intervalMs: number) {
    this.#log = log;
    this.#clock = clock;
    this.#isUnlimited = intervalMs === 0;
    this.#rest = new Rest(clock.monotonic, this.#isUnlimited ? undefined : intervalMs);
  }

  isResting(): boolean {
    return this.#rest.remainingMs > 0;
  }

  rest(failure: NocoFailure, from: 'reading' | 'writing'): void {
    if (this.isResting()) return;
    const { type, message, retryAfterMs = 0 } = failure;
    this.#isSpent = type === 'spent';
    if (this.#isSpent) this.#rest.pause(retryAfterMs);
    else this.#rest.fail(retryAfterMs, type !== 'limited' || !this.#isUnlimited);
    this.#report(type, message);
    this.#trouble = message;
    this.#troubleFrom = from;
  }

  /** A monthly limit that is reached day after day is logged once a day. */
  #report(type: NocoFailure['type'], reason: string): void {
    if (this.#trouble === reason) return;
    const now = this.#clock.monotonic();
    if (type === 'spent' && now - this.#spentLoggedAt < DAY_MS) return;
    if (type === 'spent') this.#spentLoggedAt = now;
    this.#isLogged = true;
    this.#log.warn({ nocodb: type, reason, waiting: this.#waiting.waiting }, 'NocoDB: mirroring paused');
  }

  /** Reading that works doesn't end trouble with writing. */
  succeed(at: 'reading' | 'writing'): void {
    if (this.#trouble === undefined || (at === 'reading' && this.#troubleFrom === 'writing')) return;
    this.#rest.succeed();
    if (this.#isLogged) this.#log.info('NocoDB: mirroring resumed');
    this.#isLogged = false;
    this.#trouble = undefined;
    this.#troubleFrom = undefined;
  }

  see(waiting: Waiting): void {
    this.#waiting = waiting;
    if (waiting.waiting === 0 && (this.#troubleFrom === 'writing' || this.#isSpent)) this.succeed('writing');
  }

  status(requests: number): MirrorStatus {
    const restMs = this.#rest.remainingMs;
    return {
      trouble: this.#trouble,
      requests,
      ...this.#waiting,
      nextRequestAtMs: restMs > 0 ? this.#clock.wall() + restMs : undefined,
    };
  }
}
