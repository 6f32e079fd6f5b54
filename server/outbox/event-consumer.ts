// A consumer of the outbox that tells events: what a webhook and mail share. Whoever is told finds out what happened in each session,
// in order, and may find out twice: the same event has the same id.
//
// What is to be told is stored before it is told, and forgotten only when it was. So a repetition, after whatever failed, says the
// same under the same id, however much the session has changed meanwhile.
import type { Logger } from 'pino';
import { describeError } from '../http/describe-error.ts';
import type { Due, Outbox } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { Consumer } from './consumer.ts';
import { Rest } from './rest.ts';
import { decideEvents, NOTHING_TOLD, type SessionEvent, type ToldState } from './session-events.ts';

/** Sessions of one round. */
const ROUND = 100;

/** `told`: nobody needs to be told any more. `failed`: nothing can be told now, so try again later. */
export type Outcome =
  | { readonly type: 'told' }
  | {
      readonly type: 'failed';
      /** For the log. Names no reader. */
      readonly reason: string;
      /** What the receiver asked for. */
      readonly retryAfterMs?: number;
    };

/** What may be told of a session. Its id would let the receiver write to it. */
export type EventSession = Pick<Session, 'ref' | 'email' | 'startMs'>;

export interface EventConsumerOptions {
  /** Names the consumer and its lease; it stays the same as long as there are stores. */
  readonly name: string;
  readonly store: Pick<SessionStore, 'leases' | 'outboxOf' | 'findSession' | 'listSpans'>;
  /** False: a new consumer isn't told of sessions that don't change any more. */
  readonly hasHistory: boolean;
  /** Tells one event. A rejection counts as a failure. @param signal aborted when the consumer stops. */
  readonly tell: (event: SessionEvent, session: EventSession, signal: AbortSignal) => Promise<Outcome>;
  /** How long `tell` takes at most, in milliseconds. */
  readonly requestMs: number;
  /** Pause between rounds, in milliseconds. */
  readonly pauseMs: number;
  readonly log: Logger;
  /** Milliseconds: of the epoch, by a clock that all servers on the store share, and of a clock that is never set. */
  readonly clock: { readonly wall: () => number; readonly monotonic: () => number };
}

/** What `told.state` has for an event consumer, as JSON. */
interface State {
  readonly told: ToldState;
  /** Decided, but not yet told. `told` includes them. */
  readonly telling: readonly SessionEvent[];
}

export class EventConsumer {
  readonly #options: EventConsumerOptions;
  readonly #outbox: Outbox;
  readonly #consumer: Consumer;
  readonly #rest: Rest;

  constructor(options: EventConsumerOptions) {
    const { name, store, hasHistory, log, pauseMs, requestMs, clock } = options;
    this.#options = options;
    this.#outbox = store.outboxOf(name, hasHistory);
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
    await this.#finishDeletions();
    const now = this.#options.clock.wall();
    const due = await this.#outbox.listDue(now, ROUND);
    const quiet: Quiet[] = [];
    let isMoreDue = due.length === ROUND;
    for (const row of due) {
      const looked = await this.#look(row, now);
      if ('telling' in looked) {
        if (!(await this.#tellAll(row, looked))) {
          isMoreDue = false;
          break;
        }
        // Whether there is more to tell of this session is found out in the next round.
        isMoreDue = true;
      } else quiet.push(looked);
    }
    await this.#settle(quiet);
    return isMoreDue;
  }

  /** Nothing is kept outside that could be deleted there. */
  async #finishDeletions(): Promise<void> {
    const { deletions } = this.#outbox;
    const due = await deletions.listDue(this.#options.clock.wall(), ROUND);
    if (due.length > 0) await deletions.finish(due.map(({ id }) => id));
  }

  /** Resolves with what is to be told, which is stored by then; or with nothing to tell. */
  async #look({ session, revision, state }: Due, now: number): Promise<State | Quiet> {
    const before = state === null ? { told: NOTHING_TOLD, telling: [] } : (JSON.parse(state) as State);
    if (before.telling.length > 0) return before;
    const spans = await this.#options.store.listSpans(session.id);
    const { events, told, dueMs } = decideEvents(session, revision, spans, before.told, now);
    if (events.length === 0) return { id: session.id, revision, dueMs };
    const after = { told, telling: events };
    await this.#save(session.id, after);
    return after;
  }

  /** Resolves with false when the round is over. */
  async #tellAll({ session }: Due, { told, telling }: State): Promise<boolean> {
    for (const [nth, event] of telling.entries()) {
      const isTold = await this.#tell(event, session.id);
      if (isTold === undefined) return true;
      if (!isTold) return false;
      await this.#save(session.id, { told, telling: telling.slice(nth + 1) });
    }
    return true;
  }

  /** Resolves with undefined if the session was deleted: nobody must be told of it any more. */
  async #tell(event: SessionEvent, sessionId: string): Promise<boolean | undefined> {
    const { store, tell, log, name } = this.#options;
    const { signal } = this.#consumer;
    if (signal.aborted || !(await this.#consumer.holdLease())) return false;
    const session = await store.findSession(sessionId);
    if (!session) return undefined;
    const { ref, email, startMs } = session;
    const outcome = await tell(event, { ref, email, startMs }, signal).catch((error: unknown): Outcome => ({
      type: 'failed',
      reason: describeError(error).message,
    }));
    if (outcome.type === 'told') {
      this.#rest.succeed();
      return true;
    }
    if (!signal.aborted) {
      log.warn({ consumer: name, reason: outcome.reason }, 'an event could not be told');
      this.#rest.fail(outcome.retryAfterMs);
    }
    return false;
  }

  async #save(id: string, state: State): Promise<void> {
    await this.#outbox.setStates([{ id, state: JSON.stringify(state) }]);
  }

  /** Nothing is to be told of these before they are due again, or change. */
  async #settle(quiet: readonly Quiet[]): Promise<void> {
    const over = quiet.filter(({ dueMs }) => dueMs === undefined);
    const later = quiet.flatMap(({ dueMs, ...row }) => (dueMs === undefined ? [] : [{ ...row, dueMs }]));
    if (over.length > 0)
      await this.#outbox.markTold(over.map(({ id, revision }) => ({ id, revision, recordId: null })));
    if (later.length > 0) await this.#outbox.postpone(later);
  }
}

/** A session of which there is nothing to tell. */
interface Quiet {
  readonly id: string;
  readonly revision: number;
  /** As in `Decided`. */
  readonly dueMs: number | undefined;
}
