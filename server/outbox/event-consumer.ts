// A consumer of the outbox that tells events, one after the other: a webhook, and mail. Whoever is told finds out what happened in
// each session, in order, and may find out twice: the same event has the same id.
import type { Due } from '../store/outbox.ts';
import { BaseEventConsumer, type EventSession, type TellingOptions } from './base-event-consumer.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { Pending, Quiet } from './pending-events.ts';
import { isStale, type SessionEvent } from './session-events.ts';

/** Sessions of one round. */
const ROUND = 100;
/** How long an event that the receiver refused lets others go first. */
const REFUSED_MS = 10 * 60_000;

export interface EventConsumerOptions extends TellingOptions {
  /** Tells one event. A rejection counts as a failure. @param signal aborted when the consumer stops. */
  readonly tell: (event: SessionEvent, session: EventSession, signal: AbortSignal) => Promise<Outcome>;
  /** False at times at which nothing may be told. What happens meanwhile is told afterwards. By default, always true. */
  readonly mayTell?: (now: number) => boolean;
}

export class EventConsumer extends BaseEventConsumer {
  readonly #options: EventConsumerOptions;

  constructor(options: EventConsumerOptions) {
    super(options);
    this.#options = options;
  }

  /** Looks at what is due, once. True: more may be due already. Rejects only when the store fails. */
  async round(): Promise<boolean> {
    if (this.rest.remainingMs > 0 || !(await this.consumer.holdLease())) return false;
    const now = this.#options.clock.wall();
    await this.pending.finishDeletions(now);
    // The first question makes the consumer known to the store, so that nothing is lost before the first time it may tell.
    const due = await this.outbox.listDue(now, ROUND);
    if (this.#options.mayTell?.(now) === false) return false;
    const quiet: Quiet[] = [];
    let isMoreDue = due.length === ROUND;
    for (const row of due) {
      const looked = await this.pending.look(row, now);
      if ('telling' in looked) {
        await this.pending.save([looked]);
        if (!(await this.#tellAll(row, looked))) {
          isMoreDue = false;
          break;
        }
        // Whether there is more to tell of this session is found out in the next round.
        isMoreDue = true;
      } else quiet.push(looked);
    }
    await this.pending.settle(quiet);
    return isMoreDue;
  }

  /** Resolves with false when the round is over. */
  async #tellAll(row: Due, { id, told, telling }: Pending): Promise<boolean> {
    for (const [nth, event] of telling.entries()) {
      const isTold = await this.#tell(event, row);
      if (isTold === undefined) return true;
      if (!isTold) return false;
      await this.pending.save([{ id, told, telling: telling.slice(nth + 1) }]);
    }
    return true;
  }

  /** Resolves with undefined if the session was deleted: nobody must be told of it any more. */
  async #tell(event: SessionEvent, { session: { id }, revision }: Due): Promise<boolean | undefined> {
    const { store, tell, log, name, clock } = this.#options;
    const { signal } = this.consumer;
    if (isStale(event, clock.wall())) return true;
    if (signal.aborted || !(await this.consumer.holdLease())) return false;
    const session = await store.findSession(id);
    if (!session) return undefined;
    const { ref, email, identity, startMs, isExcluded } = session;
    const outcome = await outcomeOf(tell(event, { ref, email, identity, startMs, isExcluded }, signal));
    if (outcome.type === 'told') {
      if (outcome.note !== undefined) log.warn({ consumer: name, reason: outcome.note }, 'not everybody was told');
      this.rest.succeed();
      return true;
    }
    if (signal.aborted) return false;
    const { reason } = outcome;
    if (outcome.type === 'gone') {
      log.error({ consumer: name, reason }, 'the receiver wants no more events: none are sent before the next start');
      this.rest.pause(Infinity);
      return false;
    }
    log.warn({ consumer: name, reason }, 'an event could not be told');
    this.rest.fail(outcome.retryAfterMs);
    if (outcome.isRefused) await this.outbox.postpone([{ id, revision, dueMs: clock.wall() + REFUSED_MS }]);
    return false;
  }
}
