// The events of sessions that are decided, but not yet told. They are stored before they are told, and forgotten only when they were.
// So a repetition, after whatever failed, says the same under the same id, however much the session has changed meanwhile.
import type { Due, Outbox } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import { decideEvents, NOTHING_TOLD, type SessionEvent, type ToldState } from './session-events.ts';

/** Deletions to finish at a time. */
const DELETIONS = 100;

/** What `told.state` has for a consumer of events, as JSON. */
interface State {
  readonly told: ToldState;
  /** Decided, but not yet told. `told` includes them. */
  readonly telling: readonly SessionEvent[];
}

/** A session of which something is to be told. */
export interface Pending extends State {
  readonly id: string;
  readonly isStored: boolean;
}

/** A session of which there is nothing to tell. */
export interface Quiet {
  readonly id: string;
  readonly revision: number;
  /** As in `Decided`. */
  readonly dueMs: number | undefined;
}

export class PendingEvents {
  readonly #outbox: Outbox;
  readonly #store: Pick<SessionStore, 'listSpans'>;

  constructor(outbox: Outbox, store: Pick<SessionStore, 'listSpans'>) {
    this.#outbox = outbox;
    this.#store = store;
  }

  /** What was stored to be told; otherwise, what is to be told now. */
  async look({ session, revision, state }: Due, now: number): Promise<Pending | Quiet> {
    const { id } = session;
    const before = state === null ? { told: NOTHING_TOLD, telling: [] } : (JSON.parse(state) as State);
    if (before.telling.length > 0) return { ...before, id, isStored: true };
    const spans = await this.#store.listSpans(id);
    const { events, told, dueMs } = decideEvents(session, revision, spans, before.told, now);
    return events.length === 0 ? { id, revision, dueMs } : { id, told, telling: events, isStored: false };
  }

  /** Stores what is to be told of these sessions, in one transaction. */
  async save(pending: readonly Pick<Pending, 'id' | keyof State>[]): Promise<void> {
    await this.#outbox.setStates(
      pending.map(({ id, told, telling }) => ({ id, state: JSON.stringify({ told, telling }) })),
    );
  }

  /** Nothing is to be told of these before they are due again, or change. */
  async settle(quiet: readonly Quiet[]): Promise<void> {
    const over = quiet.filter(({ dueMs }) => dueMs === undefined);
    const later = quiet.flatMap(({ dueMs, ...row }) => (dueMs === undefined ? [] : [{ ...row, dueMs }]));
    if (over.length > 0)
      await this.#outbox.markTold(over.map(({ id, revision }) => ({ id, revision, recordId: null })));
    if (later.length > 0) await this.#outbox.postpone(later);
  }

  /** Nothing is kept outside that could be deleted there. */
  async finishDeletions(now: number): Promise<void> {
    const { deletions } = this.#outbox;
    const due = await deletions.listDue(now, DELETIONS);
    if (due.length > 0) await deletions.finish(due.map(({ id }) => id));
  }
}
