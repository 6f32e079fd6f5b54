// Sessions that NocoDB doesn't show as sent. A failed batch is written in smaller ones until the bad row is alone. Then
// the row waits longer after each try and is reported, so that it costs little and blocks nothing.
import type { Logger } from 'pino';
import type { Untold } from '../store/outbox.ts';
import type { Patience } from './backoff.ts';

/** In place of a batch size: write this row alone, one value at a time. */
export const BY_VALUE = 0;
/** A session is reported after this many tries, with its record's id. Its own id would be a reader's cookie. */
const TRIES_UNTIL_REPORT = 3;

interface Wrong {
  readonly tries: number;
  readonly untilMs: number;
  /** The revision that is shown without some of its values. */
  readonly shownRevision?: number;
}

export class RejectedRows {
  readonly #log: Logger;
  readonly #patience: Patience;
  readonly #isFrugal: boolean;
  readonly #rows = new Map<string, Wrong>();
  readonly #batchSizes = new Map<string, number>();

  constructor(log: Logger, patience: Patience, isFrugal: boolean) {
    this.#log = log;
    this.#isFrugal = isFrugal;
    this.#patience = patience;
  }

  get size(): number {
    return this.#rows.size;
  }

  isResting({ session, revision }: Untold, now: number): boolean {
    const row = this.#rows.get(session.id);
    if (!row || row.untilMs <= now) return false;
    return row.shownRevision === undefined || row.shownRevision === revision;
  }

  /** The maximum size of a batch for this row. */
  batchSizeOf({ session }: Untold, now: number): number {
    const row = this.#rows.get(session.id);
    const isTriedAgain = row?.shownRevision !== undefined && row.untilMs <= now;
    return this.#batchSizes.get(session.id) ?? (isTriedAgain ? 1 : Number.POSITIVE_INFINITY);
  }

  /**
   * Called when one of these rows fails a batch. The first is then tried alone, which shows whether NocoDB accepts
   * anything, and the others in batches of `size`. With a monthly limit, the first is treated like the others.
   */
  suspect(rows: readonly Untold[], size: number): void {
    for (const { session } of rows) this.#batchSizes.set(session.id, size);
    const [first] = rows;
    if (first && (rows.length === 1 || !this.#isFrugal)) this.#batchSizes.set(first.session.id, BY_VALUE);
  }

  /** Nothing of this row can be written. */
  note({ session, recordId }: Untold, reason: string, now: number): void {
    const tries = (this.#rows.get(session.id)?.tries ?? 0) + 1;
    this.#rows.set(session.id, { tries, untilMs: now + this.#patience(tries) });
    this.#batchSizes.set(session.id, BY_VALUE);
    if (tries === TRIES_UNTIL_REPORT)
      this.#log.error({ recordId, tries, reason }, 'NocoDB: a row differs from what was sent');
  }

  /** The row is shown without the values of these columns. It waits until it changes or the values are retried. */
  notePart({ session, revision, recordId }: Untold, columns: readonly string[], untilMs: number): void {
    const known = this.#rows.get(session.id);
    if (known?.shownRevision === undefined)
      this.#log.error({ recordId, columns }, 'NocoDB: a row was written without values that NocoDB rejects');
    this.#rows.set(session.id, { tries: known?.tries ?? 0, untilMs, shownRevision: revision });
    this.#batchSizes.delete(session.id);
  }

  /** Retries all rows. */
  forgive(): void {
    this.#rows.clear();
    this.#batchSizes.clear();
  }

  clear(sessionId: string): void {
    this.#rows.delete(sessionId);
    this.#batchSizes.delete(sessionId);
  }
}
