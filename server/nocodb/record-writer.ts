// Writes batches of sessions as records and stores what NocoDB shows. If a batch fails, later rounds isolate the bad
// row, then the bad value, so that everything else is written. mirror.ts decides when to write.
import { chunk } from '../store/chunk.ts';
import type { Notes } from '../store/notes.ts';
import { RECORD_IN_DOUBT, type Outbox, type Untold } from '../store/outbox.ts';
import type { NocoResult, NocoFailure } from './response.ts';
import { MAX_IDS, type NocoClient } from './client.ts';
import { valuesOf } from './record.ts';
import type { RejectedValues } from './rejected-values.ts';
import type { FieldName } from './fields.ts';
import type { MirrorTable } from './table.ts';
import { attempt, compare, type Attempt, type Part, type Unshown } from './write-attempt.ts';
import { BY_VALUE, type RejectedRows } from './rejected-rows.ts';

/** Larger requests gain little (1,500 records/s at 100, 1,900 at 1,000, measured on 0.301.3). */
const LARGEST_BATCH = 100;
const BATCH_NOTE = 'nocodb-batch';
/** If this many rows in succession can't be written at all, NocoDB is the cause and not the rows. */
const UNWRITABLE = 2;
/** Columns that change whenever a session does. A response with their new values proves the write. */
const EVER_CHANGING: readonly FieldName[] = ['sessionEndTime', 'readingTime'];

type Tried = Extract<Attempt, { type: 'tried' }>;

/** The result of a batch. A rejected row is not a failure: it waits separately. */
export type Written =
  | NocoFailure
  | { readonly type: 'ok' }
  /** Some rows are not shown. */
  | { readonly type: 'spoilt' }
  /** Some rows are not shown, and the table was not checked recently. */
  | { readonly type: 'stale' };

export interface WriterParts {
  readonly client: NocoClient;
  readonly notes: Notes;
  readonly outbox: Outbox;
  readonly wrong: RejectedRows;
  readonly refused: RejectedValues;
  /** From `MirrorClock`. */
  readonly clock: { readonly monotonic: () => number; readonly wall: () => number };
  /** Called when a batch is not shown. @param isCertain a column has disappeared. */
  readonly isStale: (isCertain: boolean) => boolean;
  /** Called with the sessions that are shown. */
  readonly onShown: (ids: readonly string[]) => void;
}

export class RecordWriter {
  readonly #parts: WriterParts;
  /** Rows of which nothing could be written since the last successful write. */
  readonly #unwritable = new Set<string>();
  /** Records per request: the useful maximum, until NocoDB reports its limit (10 by default). */
  batchSize = LARGEST_BATCH;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Loads the limit that an earlier process learned, so that no request is needed for it. */
  async loadBatchSize(): Promise<void> {
    this.batchSize = Number((await this.#parts.notes.read(BATCH_NOTE)) ?? LARGEST_BATCH);
  }

  /**
   * Finds out which records in doubt NocoDB created after all, and which it already shows. Returns those still to be
   * written.
   */
  async resolveDoubts(doubtful: readonly Untold[], at: MirrorTable): Promise<NocoResult<readonly Untold[]>> {
    const { client, outbox } = this.#parts;
    const resolved: Untold[] = [];
    for (const some of chunk(doubtful, MAX_IDS)) {
      const ids = some.map(({ session }) => session.id);
      const found = await client.find(at.id, at.columns.sessionId.id, ids);
      if (found.type !== 'ok') return found;
      const parts = some.map((row) => this.#toPart({ ...row, recordId: null }, at, false));
      const { shown, unshown } = compare(parts, found.value, at, null);
      await outbox.setRecords(unshown.map(({ row }) => ({ id: row.session.id, recordId: row.recordId })));
      await this.#settle(shown, at);
      resolved.push(...unshown.map(({ row }) => row));
    }
    return { type: 'ok', value: resolved };
  }

  /** Creates or updates the records of the batch. Either all rows are new, or none. */
  async write(batch: readonly Untold[], at: MirrorTable): Promise<Written> {
    const { wrong, refused, isStale, clock } = this.#parts;
    const [first, ...others] = batch;
    if (!first) return { type: 'ok' };
    if (others.length === 0 && wrong.batchSizeOf(first, clock.monotonic()) === BY_VALUE)
      return this.#writeByValue(first, at);
    const tried = await this.#attempt(
      batch.map((row) => this.#toPart(row, at, others.length === 0)),
      at,
    );
    if (tried.type === 'gone') return { type: 'ok' };
    if (tried.type === 'unread') {
      // Otherwise the same batch would be retried forever, without acting on the result.
      wrong.suspect(batch, Math.ceil(batch.length / 2));
      return tried.failure;
    }
    if (tried.type === 'too-many') return this.#writeFewer(batch, tried, at);
    if (tried.type !== 'tried') return tried;
    await this.#settle(tried.shown, at);
    if (tried.unshown.length === 0) return { type: 'ok' };
    const isRefusedAgain = (its: Unshown): boolean => others.length === 0 && this.#isRefusedAgain(its);
    if ((tried.lacksColumn || !tried.unshown.every(isRefusedAgain)) && isStale(tried.lacksColumn))
      return { type: 'stale' };
    const isInPart = (its: Unshown): boolean => isTakenInPart(its, tried, batch) || isRefusedAgain(its);
    for (const { row, names, differing = [] } of tried.unshown.filter(isInPart)) {
      await refused.refuse(row.session, differing, at);
      await this.#settle([{ row, names: names.filter((name) => !differing.includes(name)) }], at);
    }
    const spoilt = tried.unshown.filter((its) => !isInPart(its)).map(({ row }) => row);
    if (spoilt.length === 0) return { type: 'ok' };
    wrong.suspect(spoilt, Math.ceil(spoilt.length / 2));
    return others.length === 0 ? this.#fail(first.session.id, tried.reason) : { type: 'spoilt' };
  }

  /** After a request with `length` records, which were too many. */
  async reduceBatchSize(length: number, { most }: NocoFailure): Promise<void> {
    this.batchSize = Math.max(1, Math.min(most ?? Math.floor(length / 2), length - 1));
    // A proxy limits the size in bytes, which implies nothing for the next batch.
    if (most !== undefined) await this.#parts.notes.write(BATCH_NOTE, String(this.batchSize));
  }

  async #writeFewer(batch: readonly Untold[], failure: NocoFailure, at: MirrorTable): Promise<Written> {
    const { wrong, clock } = this.#parts;
    const [only] = batch;
    if (batch.length === 1 && only) {
      wrong.note(only, failure.message, clock.monotonic());
      return { type: 'ok' };
    }
    await this.reduceBatchSize(batch.length, failure);
    for (const smaller of chunk(batch, this.batchSize)) {
      const written = await this.write(smaller, at);
      if (written.type !== 'ok') return written;
    }
    return { type: 'ok' };
  }

  /**
   * Writes a row that fails alone: first only its key, which shows whether any of it can be written, then one value at
   * a time. The first request also distinguishes a bad row from a NocoDB that accepts nothing.
   */
  async #writeByValue(row: Untold, at: MirrorTable): Promise<Written> {
    const { wrong, refused, clock } = this.#parts;
    const key = await this.#attempt([{ row, names: ['sessionId'] }], at);
    if (key.type === 'gone') return { type: 'ok' };
    if (key.type === 'unread') return key.failure;
    if (key.type !== 'tried') return key;
    // An existing record shows its key anyway.
    const [part] = key.isAnswered || row.recordId === null ? key.shown : [];
    let isWritable = part !== undefined && row.recordId === null;
    let { reason } = key;
    const bad: FieldName[] = [];
    const good: FieldName[] = ['sessionId'];
    for (const name of part ? this.#toPart(row, at, true).names.filter((its) => its !== 'sessionId') : []) {
      const one = { row: part?.row ?? row, names: [name] };
      const first = await this.#attempt([one], at);
      const isRefused = first.type === 'tried' && first.unshown.length > 0;
      // Tried twice, because an occasional failure of NocoDB isn't caused by the value.
      const tried = isRefused ? await this.#attempt([one], at) : first;
      if (tried.type === 'gone') return { type: 'ok' };
      if (tried.type === 'unread') return tried.failure;
      if (tried.type !== 'tried') return tried;
      if (tried.unshown.length > 0) {
        bad.push(name);
        reason = tried.isAnswered ? `it differs in ${bad.join(', ')}` : tried.reason;
      } else {
        good.push(name);
        if (EVER_CHANGING.includes(name) && valuesOf(row.session)[name]) isWritable = true;
      }
    }
    if (!part || (bad.length > 0 && !isWritable)) {
      wrong.note(key.unshown[0]?.row ?? part?.row ?? row, reason, clock.monotonic());
      return this.#fail(row.session.id, reason);
    }
    if (bad.length > 0) await refused.refuse(row.session, bad, at);
    await this.#settle([{ row: part.row, names: good }], at);
    return { type: 'ok' };
  }

  #fail(sessionId: string, reason: string): Written {
    this.#unwritable.add(sessionId);
    return this.#unwritable.size < UNWRITABLE ? { type: 'spoilt' } : { type: 'unavailable', message: reason };
  }

  #attempt(parts: readonly Part[], at: MirrorTable): Promise<Attempt> {
    return attempt(parts, at, this.#parts.client, this.#parts.outbox);
  }

  #isRefusedAgain({ row, differing }: Unshown): boolean {
    if (!differing || differing.includes('sessionId')) return false;
    return this.#parts.refused.wereRefused(row.session, differing);
  }

  #toPart(row: Untold, at: MirrorTable, isAlone: boolean): Part {
    return { row, names: this.#parts.refused.namesFor(row.session, at, isAlone) };
  }

  /** Handles rows that are shown, completely or with some values omitted. */
  async #settle(shown: readonly Part[], at: MirrorTable): Promise<void> {
    const { outbox, wrong, refused, clock, onShown } = this.#parts;
    if (shown.length === 0) return;
    this.#unwritable.clear();
    onShown(shown.map(({ row }) => row.session.id));
    const whole: { id: string; revision: number; recordId: string }[] = [];
    for (const { row, names } of shown) {
      await refused.accept(row.session, names);
      const missing = refused.missingFor(row.session, at, names);
      if (missing.names.length === 0) {
        whole.push({ id: row.session.id, revision: row.revision, recordId: row.recordId ?? RECORD_IN_DOUBT });
        wrong.clear(row.session.id);
      } else {
        const titles = missing.names.map((name) => at.columns[name]?.title ?? name);
        wrong.notePart(row, titles, clock.monotonic() + missing.untilMs - clock.wall());
      }
    }
    await outbox.markTold(whole);
    const [first] = shown;
    if (first) await this.#probe(first.row, at);
  }

  /** Retries an omitted column with one value of a row that is shown. */
  async #probe(row: Untold, at: MirrorTable): Promise<void> {
    const { refused, outbox } = this.#parts;
    const name = refused.findProbe(row.session, at);
    if (name === undefined) return;
    const tried = await this.#attempt([{ row, names: [name] }], at);
    if (tried.type !== 'tried') return;
    if (tried.unshown.length > 0) await refused.refuse(row.session, [name], at);
    // Until now, all rows were written without this column.
    else if (await refused.accept(row.session, [name])) await outbox.forgetTold({ fromMs: 0 });
  }
}

/** True if the rest of the row was certainly written, so that these values are the cause. */
function isTakenInPart({ row, names, differing }: Unshown, { isAnswered }: Tried, batch: readonly Untold[]): boolean {
  if (!isAnswered || !differing || differing.includes('sessionId')) return false;
  const values = valuesOf(row.session);
  const isMade = batch.find(({ session }) => session.id === row.session.id)?.recordId === null;
  return (
    isMade || EVER_CHANGING.some((name) => names.includes(name) && !differing.includes(name) && Boolean(values[name]))
  );
}
