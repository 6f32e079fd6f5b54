// A consumer of the outbox that tells events, one after the other: a webhook, and mail. Whoever is told finds out what happened in
// each session, in order, and may find out twice: the same event has the same id.
import type { Logger } from 'pino';
import type { Due, Outbox } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { Consumer } from './consumer.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import { PendingEvents, type Pending, type Quiet } from './pending-events.ts';
import { Rest } from './rest.ts';
import { isStale, type SessionEvent } from './session-events.ts';

/** Sessions of one round. */
const ROUND = 100;
/** How long an event that the receiver refused lets others go first. */
const REFUSED_MS = 10 * 60_000;

/** What may be told of a session. Its id would let the receiver write to it. */
export type EventSession = Pick<Session, 'ref' | 'email' | 'startMs' | 'isExcluded'>;

/** @internal What consumers of events have in common. */
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

export interface EventConsumerOptions extends TellingOptions {
  /** Tells one event. A rejection counts as a failure. @param signal aborted when the consumer stops. */
  readonly tell: (event: SessionEvent, session: EventSession, signal: AbortSignal) => Promise<Outcome>;
  /** False at times at which nothing may be told. What happens meanwhile is told afterwards. By default, always true. */
  readonly mayTell?: (now: number) => boolean;
}

export class EventConsumer {
  readonly #options: EventConsumerOptions;
  readonly #outbox: Outbox;
  readonly #pending: PendingEvents;
  readonly #consumer: Consumer;
  readonly #rest: Rest;

  constructor(options: EventConsumerOptions) {
    const { name, store, hasHistory, log, pauseMs, requestMs, clock } = options;
    this.#options = options;
    this.#outbox = store.outboxOf(name, hasHistory);
    this.#pending = new PendingEvents(this.#outbox, store);
    this.#consumer = new Consumer({ name, leases: store.leases, log, pauseMs, requestMs, now: clock.wall });
    this.#rest = new Rest(clock.monotonic);
  }

  /** Rounds, until {@link stop}. */
  start(): void {
    this.#consumer.start(() => this.round());
  }

  /** Aborts what is being told. It is told again at the next start. */
  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  /** Looks at what is due, once. True: more may be due already. Rejects only when the store fails. */
  async round(): Promise<boolean> {
    if (this.#rest.remainingMs > 0 || !(await this.#consumer.holdLease())) return false;
    const now = this.#options.clock.wall();
    await this.#pending.finishDeletions(now);
    // The first question makes the consumer known to the store, so that nothing is lost before the first time it may tell.
    const due = await this.#outbox.listDue(now, ROUND);
    if (this.#options.mayTell?.(now) === false) return false;
    const quiet: Quiet[] = [];
    let isMoreDue = due.length === ROUND;
    for (const row of due) {
      const looked = await this.#pending.look(row, now);
      if ('telling' in looked) {
        if (!looked.isStored) await this.#pending.save([looked]);
        if (!(await this.#tellAll(row, looked))) {
          isMoreDue = false;
          break;
        }
        // Whether there is more to tell of this session is found out in the next round.
        isMoreDue = true;
      } else quiet.push(looked);
    }
    await this.#pending.settle(quiet);
    return isMoreDue;
  }

  /** Resolves with false when the round is over. */
  async #tellAll(row: Due, { id, told, telling }: Pending): Promise<boolean> {
    for (const [nth, event] of telling.entries()) {
      const isTold = await this.#tell(event, row);
      if (isTold === undefined) return true;
      if (!isTold) return false;
      await this.#pending.save([{ id, told, telling: telling.slice(nth + 1) }]);
    }
    return true;
  }

  /** Resolves with undefined if the session was deleted: nobody must be told of it any more. */
  async #tell(event: SessionEvent, { session: { id }, revision }: Due): Promise<boolean | undefined> {
    const { store, tell, log, name, clock } = this.#options;
    const { signal } = this.#consumer;
    if (isStale(event, clock.wall())) return true;
    if (signal.aborted || !(await this.#consumer.holdLease())) return false;
    const session = await store.findSession(id);
    if (!session) return undefined;
    const { ref, email, startMs, isExcluded } = session;
    const outcome = await outcomeOf(tell(event, { ref, email, startMs, isExcluded }, signal));
    if (outcome.type === 'told') {
      if (outcome.note !== undefined) log.warn({ consumer: name, reason: outcome.note }, 'not everybody was told');
      this.#rest.succeed();
      return true;
    }
    if (signal.aborted) return false;
    const { reason } = outcome;
    if (outcome.type === 'gone') {
      log.error({ consumer: name, reason }, 'the receiver wants no more events: none are sent before the next start');
      this.#rest.pause(Infinity);
      return false;
    }
    log.warn({ consumer: name, reason }, 'an event could not be told');
    this.#rest.fail(outcome.retryAfterMs);
    if (outcome.isRefused) await this.#outbox.postpone([{ id, revision, dueMs: clock.wall() + REFUSED_MS }]);
    return false;
  }
}
