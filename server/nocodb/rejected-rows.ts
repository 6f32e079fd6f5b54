// Sessions that NocoDB would not show as they were sent. A batch that failed is written in smaller ones until the bad row is
// alone; then it rests longer each time and is reported, so that it costs little and blocks nobody.
import type { Logger } from 'pino';
import type { Unmirrored } from '../store/outbox.ts';
import type { Patience } from './backoff.ts';

/** In place of the size of a batch: it is to be written alone, value by value. */
export const BY_VALUE = 0;
/** After so many tries a session is reported. Its id would be a reader's cookie; the record's id names it in NocoDB. */
const TRIES_UNTIL_REPORT = 3;

interface Wrong {
  readonly tries: number;
  readonly untilMs: number;
  /** All but some values of it is shown, in this revision. */
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

  isResting({ session, revision }: Unmirrored, now: number): boolean {
    const row = this.#rows.get(session.id);
    if (!row || row.untilMs <= now) return false;
    return row.shownRevision === undefined || row.shownRevision === revision;
  }

  /** The largest batch that it may be written in. */
  batchSizeOf({ session }: Unmirrored, now: number): number {
    const row = this.#rows.get(session.id);
    const isTriedAgain = row?.shownRevision !== undefined && row.untilMs <= now;
    return this.#batchSizes.get(session.id) ?? (isTriedAgain ? 1 : Number.POSITIVE_INFINITY);
  }

  /**
   * One of them spoils a batch: the first is tried by itself, which shows if NocoDB takes anything, the others in batches of
   * `size`. Where requests are few the first is one of the others.
   */
  suspect(rows: readonly Unmirrored[], size: number): void {
    for (const { session } of rows) this.#batchSizes.set(session.id, size);
    const [first] = rows;
    if (first && (rows.length === 1 || !this.#isFrugal)) this.#batchSizes.set(first.session.id, BY_VALUE);
  }

  /** Nothing of it can be written. */
  note({ session, recordId }: Unmirrored, reason: string, now: number): void {
    const tries = (this.#rows.get(session.id)?.tries ?? 0) + 1;
    this.#rows.set(session.id, { tries, untilMs: now + this.#patience(tries) });
    this.#batchSizes.set(session.id, BY_VALUE);
    if (tries === TRIES_UNTIL_REPORT)
      this.#log.error({ recordId, tries, reason }, 'NocoDB: a row is not as it was sent');
  }

  /** It is shown but for the values of these columns. It rests until it changes, or the values are tried again. */
  notePart({ session, revision, recordId }: Unmirrored, columns: readonly string[], untilMs: number): void {
    const known = this.#rows.get(session.id);
    if (known?.shownRevision === undefined)
      this.#log.error({ recordId, columns }, 'NocoDB: a row is written without values that NocoDB does not take');
    this.#rows.set(session.id, { tries: known?.tries ?? 0, untilMs, shownRevision: revision });
    this.#batchSizes.delete(session.id);
  }

  /** All are tried anew. */
  forgive(): void {
    this.#rows.clear();
    this.#batchSizes.clear();
  }

  clear(sessionId: string): void {
    this.#rows.delete(sessionId);
    this.#batchSizes.delete(sessionId);
  }
}
