// The background copy of sessions in NocoDB, a consumer of the outbox. No reader waits for it: it reads what waits in the store,
// writes it, and believes only what NocoDB shows. Whatever fails, sessions stay unmirrored in the store and are written later.
//
// A session is written once a round however many beats it had, and never by two requests at a time.
import type { Logger } from 'pino';
import { Consumer } from '../outbox/consumer.ts';
import { NOCODB, type Outbox, type Untold } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import { FRUGAL, USUAL } from './backoff.ts';
import { BatchChooser, ROUND } from './choose-batches.ts';
import { NocoClient, TIMEOUT_MS, type NocoConfig, type ResultListener } from './client.ts';
import { MirrorStatusBoard, type MirrorStatus } from './mirror-status.ts';
import { RecordEraser } from './record-eraser.ts';
import { RecordWriter } from './record-writer.ts';
import { RejectedRows } from './rejected-rows.ts';
import { RejectedValues } from './rejected-values.ts';
import { RequestBudget } from './request-budget.ts';
import type { NocoFailure, NocoResult } from './response.ts';
import type { MirrorTable } from './table.ts';
import { TableCheck } from './table-check.ts';

export type { MirrorStatus } from './mirror-status.ts';

/** Requests at a time. More only wait longer: NocoDB is one process (measured on 0.301.3). */
const IN_FLIGHT = 2;
/** Part of the freshness that may be over before a change is noticed: the pause between rounds. */
const ROUND_PART = 1 / 4;
/** Failures that may come from a table that was changed. */
const OF_TABLE: readonly NocoFailure['type'][] = ['denied', 'no-table', 'no-record', 'refused', 'too-many'];

export type MirrorStore = Pick<SessionStore, 'notes' | 'leases' | 'outboxOf'>;

export interface Mirror {
  status(): MirrorStatus;
  /** One round: writes all that is due, once. True: more waits than fits in a round. Rejects only when the store fails. */
  round(): Promise<boolean>;
  /** Rounds, until {@link stop}. */
  start(): void;
  /** Aborts the requests under way; what they wrote is found written at the next start. */
  stop(): Promise<void>;
}

/** Milliseconds of both clocks. */
export interface MirrorClock {
  /** Epoch milliseconds: for times that other servers read, or that outlive this process. */
  readonly wall: () => number;
  /** Never set: for waiting within this process. */
  readonly monotonic: () => number;
}

const CLOCK: MirrorClock = { wall: () => Date.now(), monotonic: () => performance.now() };

/** @param onResult called after each request to NocoDB. */
export function createMirror(
  config: NocoConfig,
  store: MirrorStore,
  log: Logger,
  clock = CLOCK,
  onResult?: ResultListener,
): Mirror {
  return new NocoMirror(config, store, log, clock, onResult);
}

class NocoMirror implements Mirror {
  readonly #outbox: Outbox;
  /** How old a change may be at a round, in milliseconds. */
  readonly #waitMs: number;
  readonly #consumer: Consumer;
  readonly #budget: RequestBudget;
  readonly #client: NocoClient;
  readonly #table: TableCheck;
  readonly #rows: RejectedRows;
  readonly #values: RejectedValues;
  readonly #writer: RecordWriter;
  readonly #eraser: RecordEraser;
  readonly #chooser: BatchChooser;
  readonly #board: MirrorStatusBoard;
  #isLoaded = false;
  /** The table's columns at the last round, as text. */
  #columns: string | undefined;

  constructor(
    config: NocoConfig,
    store: MirrorStore,
    log: Logger,
    clock: MirrorClock,
    onResult: ResultListener | undefined,
  ) {
    const { notes, leases } = store;
    const outbox = store.outboxOf(NOCODB);
    this.#outbox = outbox;
    const pauseMs = config.freshnessMs * ROUND_PART;
    this.#waitMs = config.freshnessMs - pauseMs;
    const [name, now] = ['nocodb-mirror', clock.wall];
    this.#consumer = new Consumer({ name, leases, log, pauseMs, requestMs: TIMEOUT_MS, now });
    const budget = new RequestBudget(notes, config.requestsPerMonth, clock.wall);
    this.#budget = budget;
    const { signal } = this.#consumer;
    this.#client = new NocoClient(config, budget, signal, () => this.#consumer.holdLease(), onResult);
    this.#table = new TableCheck({ client: this.#client, notes, outbox, budget, log, table: config.table, clock });
    const patience = budget.isLimited ? FRUGAL : USUAL;
    this.#rows = new RejectedRows(log, patience.row, budget.isLimited);
    this.#values = new RejectedValues(notes, log, patience.value, clock.wall);
    this.#writer = new RecordWriter({
      client: this.#client,
      notes,
      outbox,
      wrong: this.#rows,
      refused: this.#values,
      clock,
      isStale: (isCertain) => this.#table.isStale(isCertain),
      onShown: (ids) => this.#chooser.forget(ids),
    });
    this.#chooser = new BatchChooser({ outbox, budget, writer: this.#writer, wrong: this.#rows, clock });
    this.#eraser = new RecordEraser({
      client: this.#client,
      outbox,
      budget,
      writer: this.#writer,
      log,
      clock,
      onErased: (ids) => {
        this.#board.succeed('writing');
        this.#chooser.forget(ids);
        for (const id of ids) this.#rows.clear(id);
      },
    });
    this.#board = new MirrorStatusBoard(log, clock, budget.intervalMs);
  }

  status(): MirrorStatus {
    return this.#board.status(this.#client.requests);
  }

  start(): void {
    this.#consumer.start(() => this.round());
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  async round(): Promise<boolean> {
    await this.#load();
    let isMoreWaiting = false;
    if (!this.#board.isResting() && (await this.#consumer.holdLease())) {
      isMoreWaiting = await this.#writeDue();
      // Under a limit each request is chosen anew, as the one that shows most.
      while (isMoreWaiting && this.#budget.isLimited && !this.#consumer.signal.aborted)
        isMoreWaiting = await this.#writeDue();
    }
    const { table } = this.#table;
    this.#board.see({
      waiting: await this.#outbox.countUntold(),
      oldestWaitingMs: await this.#outbox.findOldestUntoldMs(),
      leftOut: table ? [...table.leftOut, ...this.#values.describe(table)] : [],
    });
    return isMoreWaiting;
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    await this.#values.load();
    if (this.#budget.isLimited) await this.#writer.loadBatchSize();
  }

  /** Resolves with whether more waits than was erased and written. */
  async #writeDue(): Promise<boolean> {
    const table = await this.#askTable();
    if (table.type !== 'ok') return this.#rest(table, 'reading');
    const erased = await this.#eraser.erase(table.value);
    if (erased.type !== 'ok') return this.#rest(erased, 'writing');
    const chosen = await this.#chooser.choose(table.value, this.#waitMs);
    if (chosen.type !== 'ok') return this.#rest(chosen, 'reading');
    this.#board.succeed('reading');
    const batches = chosen.value;
    const left = batches.values();
    let isAllWritten = true;
    const lane = async (): Promise<void> => {
      for (const batch of left) {
        isAllWritten &&= await this.#write(batch);
        if (!isAllWritten) return;
      }
    };
    const { isLimited } = this.#budget;
    await Promise.all(Array.from({ length: isLimited ? 1 : IN_FLIGHT }, lane));
    if (!isAllWritten) return false;
    return erased.value || (isLimited ? batches.length > 0 : batches.flat().length >= ROUND);
  }

  async #askTable(): Promise<NocoResult<MirrorTable>> {
    const table = await this.#table.ask();
    if (table.type !== 'ok') return table;
    // What the columns did not take before, changed ones may.
    const columns = JSON.stringify(table.value.columns);
    if (columns !== this.#columns) for (const rejected of [this.#rows, this.#values]) rejected.forgive();
    this.#columns = columns;
    return table;
  }

  /** Resolves with false when the round is over. */
  async #write(batch: readonly Untold[]): Promise<boolean> {
    // As it is now: a batch before this one may have found it changed.
    const { table } = this.#table;
    if (!table || this.#consumer.signal.aborted || this.#board.isResting()) return false;
    if (!(await this.#consumer.holdLease())) return false;
    const written = await this.#writer.write(batch, table);
    if (written.type === 'ok') this.#board.succeed('writing');
    else if (written.type === 'stale') this.#table.force();
    else if (written.type !== 'spoilt') return this.#rest(written, 'writing');
    return written.type === 'ok';
  }

  /** NocoDB as a whole failed, so the round is over: false. */
  #rest(failure: NocoFailure, from: 'reading' | 'writing'): false {
    if (this.#consumer.signal.aborted || failure.type === 'displaced') return false;
    this.#board.rest(failure, from);
    if (OF_TABLE.includes(failure.type)) this.#table.force();
    return false;
  }
}
