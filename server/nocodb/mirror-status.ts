// How the mirror fares: what keeps it from writing, until when it rests, and what waits. For the owner, and for the mirror itself.
import type { Logger } from 'pino';
import type { NocoFailure } from './response.ts';
import { backoffMs } from './backoff.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface MirrorStatus {
  /** Why nothing is written now; undefined when all goes well. Names no token and no reader. */
  readonly trouble: string | undefined;
  /** Requests to NocoDB so far. */
  readonly requests: number;
  /** Sessions that NocoDB doesn't show as they are in the store, as of the last round. */
  readonly waiting: number;
  /** When the session among them was last seen that was seen longest ago, since 1970; undefined if none waits. */
  readonly oldestWaitingMs: number | undefined;
  /** Until when nothing is asked of NocoDB, since 1970; undefined if it may be asked. */
  readonly nextRequestAtMs: number | undefined;
  /** Columns that are left out, a sentence each that says why. */
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
  /** How long it rests at most after failures. */
  readonly #longestRestMs: number | undefined;
  #trouble: string | undefined;
  #troubleFrom: 'reading' | 'writing' | undefined;
  #failures = 0;
  #isLogged = false;
  #isSpent = false;
  #restUntil = -Infinity;
  #spentLoggedAt = -Infinity;
  #waiting: Waiting = { waiting: 0, oldestWaitingMs: undefined, leftOut: [] };

  /** @param intervalMs how long a request under a month's limit takes to come back; a NocoDB that is down costs no more than that. */
  constructor(log: Logger, clock: Clock, intervalMs: number) {
    this.#log = log;
    this.#clock = clock;
    this.#longestRestMs = intervalMs > 0 ? intervalMs : undefined;
  }

  isResting(): boolean {
    return this.#restUntil > this.#clock.monotonic();
  }

  rest(failure: NocoFailure, from: 'reading' | 'writing'): void {
    if (this.isResting()) return;
    const { type, message, retryAfterMs = 0 } = failure;
    const isSpent = type === 'spent';
    if (!isSpent) this.#failures++;
    const backoff = isSpent || (type === 'limited' && this.#longestRestMs === undefined) ? 0 : this.#backoff();
    this.#restUntil = this.#clock.monotonic() + Math.max(retryAfterMs, backoff);
    this.#report(type, message);
    this.#trouble = message;
    this.#isSpent = isSpent;
    this.#troubleFrom = from;
  }

  #backoff(): number {
    return backoffMs(this.#failures, undefined, this.#longestRestMs);
  }

  /** A limit that is reached day by day is told of once a day. */
  #report(type: NocoFailure['type'], reason: string): void {
    if (this.#trouble === reason) return;
    const now = this.#clock.monotonic();
    if (type === 'spent' && now - this.#spentLoggedAt < DAY_MS) return;
    if (type === 'spent') this.#spentLoggedAt = now;
    this.#isLogged = true;
    this.#log.warn({ nocodb: type, reason, waiting: this.#waiting.waiting }, 'NocoDB: mirroring rests');
  }

  /** Reading mends no trouble with writing. */
  succeed(at: 'reading' | 'writing'): void {
    if (this.#trouble === undefined || (at === 'reading' && this.#troubleFrom === 'writing')) return;
    this.#failures = 0;
    if (this.#isLogged) this.#log.info('NocoDB: mirroring goes on');
    this.#isLogged = false;
    this.#trouble = undefined;
    this.#troubleFrom = undefined;
  }

  see(waiting: Waiting): void {
    this.#waiting = waiting;
    if (waiting.waiting === 0 && (this.#troubleFrom === 'writing' || this.#isSpent)) this.succeed('writing');
  }

  status(requests: number): MirrorStatus {
    const restMs = this.#restUntil - this.#clock.monotonic();
    return {
      trouble: this.#trouble,
      requests,
      ...this.#waiting,
      nextRequestAtMs: restMs > 0 ? this.#clock.wall() + restMs : undefined,
    };
  }
}
