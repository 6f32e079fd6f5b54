// A consumer of the outbox that tells the events of all sessions at once, from time to time: a digest. A repetition has the same
// events as long as none of their sessions was deleted.
import { BaseEventConsumer, type EventSession, type TellingOptions } from './base-event-consumer.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import type { Pending } from './pending-events.ts';
import { isStale, type SessionEvent } from './session-events.ts';

/** Sessions of one digest. What is more goes into another one. */
const MOST_SESSIONS = 500;

/** When the next digest is due. */
export interface DigestSchedule {
  isDue(now: number): Promise<boolean>;
  /** Everything that was due at `now` has been sent. */
  finish(now: number): Promise<void>;
}

export interface DigestConsumerOptions extends TellingOptions {
  readonly schedule: DigestSchedule;
  /** Tells all events, at least one. A rejection counts as a failure. @param signal aborted when the consumer stops. */
  readonly tell: (entries: readonly DigestEntry[], signal: AbortSignal) => Promise<Outcome>;
}

export interface DigestEntry {
  readonly event: SessionEvent;
  readonly session: EventSession;
}

export class DigestConsumer extends BaseEventConsumer {
  readonly #options: DigestConsumerOptions;

  constructor(options: DigestConsumerOptions) {
    super(options);
    this.#options = options;
  }

  /** Tells a digest if it is time. True: there may be more. Rejects only when the store fails. */
  async round(): Promise<boolean> {
    const { clock, schedule } = this.#options;
    if (this.rest.remainingMs > 0 || !(await this.consumer.holdLease())) return false;
    const now = clock.wall();
    await this.pending.finishDeletions(now);
    // The first question makes the consumer known to the store, so that nothing is lost before its first digest.
    await this.outbox.findOldestUntoldMs();
    if (!(await schedule.isDue(now))) return false;
    const due = await this.outbox.listDue(now, MOST_SESSIONS);
    const looked = await Promise.all(due.map((row) => this.pending.look(row, now)));
    const pending = looked.flatMap((one) => ('telling' in one ? [one] : []));
    // What was already stored is a digest whose delivery failed.
    const former = pending.filter(({ isStored }) => isStored);
    const batch = former.length > 0 ? former : pending;
    await this.pending.save(batch);
    await this.pending.settle(looked.flatMap((one) => ('telling' in one ? [] : [one])));
    if (!(await this.#tell(batch))) return false;
    await this.pending.save(batch.map((one) => ({ ...one, telling: [] })));
    // Whether there is more to tell of these sessions is found out in the next round.
    if (batch.length > 0 || due.length === MOST_SESSIONS) return true;
    await schedule.finish(now);
    return false;
  }

  /** Resolves with false if the events have to be told again. */
  async #tell(batch: readonly Pending[]): Promise<boolean> {
    const { store, tell, log, name, clock } = this.#options;
    const { signal } = this.consumer;
    const entries: DigestEntry[] = [];
    for (const { id, telling } of batch) {
      const session = await store.findSession(id);
      // Nobody must be told of a session that was deleted.
      if (!session) continue;
      const { ref, email, identity, startMs, isExcluded } = session;
      for (const event of telling.filter((one) => !isStale(one, clock.wall())))
        entries.push({ event, session: { ref, email, identity, startMs, isExcluded } });
    }
    if (entries.length === 0) return true;
    if (signal.aborted || !(await this.consumer.holdLease())) return false;
    const outcome = await outcomeOf(tell(entries, signal));
    if (outcome.type === 'told') {
      if (outcome.note !== undefined) log.warn({ consumer: name, reason: outcome.note }, 'not everybody was told');
      this.rest.succeed();
    } else if (!signal.aborted) {
      log.warn({ consumer: name, reason: outcome.reason }, 'a digest could not be sent');
      this.rest.fail(outcome.type === 'failed' ? outcome.retryAfterMs : Infinity);
    }
    return outcome.type === 'told';
  }
}
