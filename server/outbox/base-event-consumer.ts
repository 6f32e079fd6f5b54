// What consumers of events have in common, whether they tell each event by itself or several at once.
import type { Logger } from 'pino';
import type { Outbox } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { Consumer } from './consumer.ts';
import type { OutcomeListener } from './outcome.ts';
import { PendingEvents } from './pending-events.ts';
import { Rest } from './rest.ts';

/** What may be told of a session. Its id would let the receiver write to it. */
export type EventSession = Pick<Session, 'ref' | 'email' | 'identity' | 'startMs' | 'isExcluded'>;

/** @internal */
export interface TellingOptions {
  /** Names the consumer and its lease; it stays the same as long as there are stores. */
  readonly name: string;
  readonly store: Pick<SessionStore, 'leases' | 'outboxOf' | 'findSession' | 'listSpans'>;
  /** False: a new consumer isn't told of sessions that don't change any more. */
  readonly hasHistory: boolean;
  /** How long one request to the outside takes at most, in milliseconds. */
  readonly requestMs: number;
  /** Pause between rounds, in milliseconds. */
  readonly pauseMs: number;
  readonly log: Logger;
  readonly clock: TellingClock;
}

/** Milliseconds: of the epoch, by a clock that all servers on the store share, and of a clock that is never set. */
export interface TellingClock {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

export const SYSTEM_CLOCK: TellingClock = { wall: () => Date.now(), monotonic: () => performance.now() };

/** Times are what tests make shorter. */
export interface TellingSetup extends Partial<Pick<TellingOptions, 'clock' | 'pauseMs' | 'requestMs'>> {
  readonly onOutcome?: OutcomeListener | undefined;
}

export abstract class BaseEventConsumer {
  protected readonly outbox: Outbox;
  protected readonly pending: PendingEvents;
  protected readonly consumer: Consumer;
  protected readonly rest: Rest;

  constructor({ name, store, hasHistory, log, pauseMs, requestMs, clock }: TellingOptions) {
    this.outbox = store.outboxOf(name, hasHistory);
    this.pending = new PendingEvents(this.outbox, store);
    this.consumer = new Consumer({ name, leases: store.leases, log, pauseMs, requestMs, now: clock.wall });
    this.rest = new Rest(clock.monotonic);
  }

  /** Rounds, until {@link stop}. */
  start(): void {
    this.consumer.start(() => this.round());
  }

  /** Aborts what is being told. It is told again at the next start. */
  stop(): Promise<void> {
    return this.consumer.stop();
  }

  /** Tells what is due, once. True: there may be more. Rejects only when the store fails. */
  abstract round(): Promise<boolean>;
}
