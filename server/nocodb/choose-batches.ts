// What a round writes, batch by batch. Without a limit: what has waited longest first. Under a month's limit: starts and ends
// first, the newest of them first, and the requests that show most before the others; changes in between come along free.
import { RECORD_IN_DOUBT, type Outbox, type Untold } from '../store/outbox.ts';
import type { NocoResult } from './response.ts';
import { MAX_IDS } from './client.ts';
import type { RecordWriter } from './record-writer.ts';
import type { RequestBudget } from './request-budget.ts';
import type { MirrorTable } from './table.ts';
import { batchesBySize, takeBatch, WaitingTimes } from './batches.ts';
import { BY_VALUE, type RejectedRows } from './rejected-rows.ts';

/** What one round takes from the store. */
export const ROUND = 500;
/** A session that was not seen for so long has ended, as far as a frugal mirror is concerned. */
const QUIET_MS = 15 * 60_000;
/** What it takes to write a row value by value. */
const BY_VALUE_COST = 10;

export interface ChoiceParts {
  readonly outbox: Outbox;
  readonly budget: RequestBudget;
  readonly writer: RecordWriter;
  readonly wrong: RejectedRows;
  readonly clock: { readonly monotonic: () => number; readonly wall: () => number };
}

type Batch = readonly Untold[];

export class BatchChooser {
  readonly #parts: ChoiceParts;
  readonly #waitingTimes = new WaitingTimes();
  #wasNew = false;

  constructor(parts: ChoiceParts) {
    this.#parts = parts;
  }

  forget(ids: readonly string[]): void {
    this.#waitingTimes.forget(ids);
  }

  /** @param waitMs how long a change may have waited. */
  async choose(at: MirrorTable, waitMs: number): Promise<NocoResult<readonly Batch[]>> {
    const { budget, writer, clock } = this.#parts;
    const { isLimited } = budget;
    const isAmple = await budget.isAmple();
    const waiting = await this.#list(isAmple ? undefined : clock.wall() - QUIET_MS);
    const since = this.#waitingTimes.see(
      waiting.map(({ session }) => session.id),
      clock.monotonic(),
    );
    const isDoubtful = ({ recordId }: Untold): boolean => recordId === RECORD_IN_DOUBT;
    const certain = waiting.filter((one) => !isDoubtful(one));
    const doubtful = isLimited ? this.#frugally(waiting.filter(isDoubtful), certain) : waiting.filter(isDoubtful);
    const resolved = await writer.resolveDoubts(doubtful, at);
    if (resolved.type !== 'ok') return resolved;
    const all = [...certain, ...resolved.value];
    const sinceOf = ({ session }: Untold): number => since.get(session.id) ?? 0;
    const batches = [true, false].flatMap((areNew) =>
      this.#divide(
        all.filter(({ recordId }) => (recordId === null) === areNew),
        sinceOf,
        clock.monotonic() - waitMs,
      ),
    );
    if (!isLimited) return { type: 'ok', value: batches };
    const [first] = this.#order(await this.#payable(batches));
    if (!first) return { type: 'ok', value: [] };
    this.#wasNew = isNew(first);
    return { type: 'ok', value: [isAmple ? first : await this.#fill(first)] };
  }

  /** They are looked for in one request, and not while there is enough to write without them. */
  #frugally(doubtful: Batch, certain: Batch): Batch {
    const { writer, wrong, clock } = this.#parts;
    const usual = certain.filter((row) => wrong.batchSizeOf(row, clock.monotonic()) === Number.POSITIVE_INFINITY);
    return usual.length >= writer.batchSize ? [] : doubtful.slice(0, MAX_IDS);
  }

  async #list(quietSinceMs: number | undefined): Promise<Batch> {
    const { outbox, budget, wrong, clock } = this.#parts;
    const order = budget.isLimited ? 'newest' : 'oldest';
    const listed = await outbox.listUntold(ROUND + wrong.size, quietSinceMs, order);
    return listed.filter((row) => !wrong.isResting(row, clock.monotonic()));
  }

  /** What has spoilt a batch comes first, apart; of the others what is due. */
  #divide(rows: Batch, since: (row: Untold) => number, dueSince: number): readonly Batch[] {
    const { wrong, writer, budget, clock } = this.#parts;
    const sizeOf = (row: Untold): number => Math.min(writer.batchSize, wrong.batchSizeOf(row, clock.monotonic()));
    const isSuspect = (row: Untold): boolean => wrong.batchSizeOf(row, clock.monotonic()) !== Number.POSITIVE_INFINITY;
    const others = rows.filter((row) => !isSuspect(row));
    const due = budget.isLimited
      ? takeBatch(others, writer.batchSize, (row) => -seenAt(row), Number.POSITIVE_INFINITY)
      : takeBatch(others, writer.batchSize, since, dueSince);
    const isDue =
      !budget.isLimited || others.length >= writer.batchSize || others.some((row) => since(row) <= dueSince);
    return [...batchesBySize(rows.filter(isSuspect), sizeOf), ...(isDue ? due : [])];
  }

  /** Writing a row value by value is not begun where its requests are not there. */
  async #payable(batches: readonly Batch[]): Promise<readonly Batch[]> {
    const { wrong, budget, clock } = this.#parts;
    const isPaid = (await budget.waitMs(BY_VALUE_COST)) === 0;
    return batches.filter(([row]) => isPaid || !row || wrong.batchSizeOf(row, clock.monotonic()) !== BY_VALUE);
  }

  /** The fullest first; of equals new records and changed ones in turns. */
  #order(batches: readonly Batch[]): readonly Batch[] {
    const isTurn = (batch: Batch): number => Number(isNew(batch) !== this.#wasNew);
    return batches.toSorted((a, b) => b.length - a.length || isTurn(b) - isTurn(a));
  }

  /** Changed records of sessions that go on, as many as the request takes anyway. */
  async #fill(batch: Batch): Promise<Batch> {
    const { outbox, wrong, writer, clock } = this.#parts;
    const isApart = (row: Untold): boolean => wrong.batchSizeOf(row, clock.monotonic()) !== Number.POSITIVE_INFINITY;
    if (isNew(batch) || batch.some(isApart)) return batch;
    const chosen = new Set(batch.map(({ session }) => session.id));
    const more = (await outbox.listUntold(ROUND, undefined, 'newest')).filter(
      (row) =>
        row.recordId !== null &&
        row.recordId !== RECORD_IN_DOUBT &&
        !chosen.has(row.session.id) &&
        !isApart(row) &&
        !wrong.isResting(row, clock.monotonic()),
    );
    return [...batch, ...more].slice(0, Math.max(batch.length, writer.batchSize));
  }
}

function isNew([row]: Batch): boolean {
  return row?.recordId === null;
}

function seenAt({ session }: Untold): number {
  return session.endMs ?? session.startMs;
}
