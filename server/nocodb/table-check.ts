// When the table is looked at: at the start, from time to time, and when an answer of NocoDB doesn't fit. Under a month's
// limit what the store knows of it is believed for a day, and a look that the limit can't pay for is not begun.
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { Outbox } from '../store/outbox.ts';
import { toBudgetSpent, type NocoResult } from './response.ts';
import type { NocoClient } from './client.ts';
import { DeletedRecords } from './deleted-records.ts';
import { readTableIds, writeTableIds } from './table-ids.ts';
import { LEAST_BURST, type RequestBudget } from './request-budget.ts';
import { prepareTable, type MirrorTable } from './table.ts';

const NOTE = 'nocodb-check';
const Note = v.object({ atMs: v.number(), surplus: v.number(), isRefilling: v.boolean() });

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How often fields and records are looked for that people deleted. */
const EVERY_MS = { usual: 10 * MINUTE_MS, frugal: DAY_MS };
/** A look that is so old may miss why an answer doesn't fit. */
const STALE_MS = { usual: 10_000, frugal: 60 * MINUTE_MS };
/** A frugal look waits for ample requests, but not longer than this. */
const OVERDUE_MS = 7 * DAY_MS;
/** What a look takes if all is as it was: the table, and the number of its records. */
const USUAL_COST = 2;

export interface CheckParts {
  readonly client: NocoClient;
  readonly outbox: Outbox;
  readonly budget: RequestBudget;
  readonly log: Logger;
  /** Its title. */
  readonly table: string;
  readonly clock: { readonly monotonic: () => number; readonly wall: () => number };
}

export class TableCheck {
  readonly #parts: CheckParts;
  readonly #gone: DeletedRecords;
  readonly #kind: 'usual' | 'frugal';
  #table: MirrorTable | undefined;
  #isForced = false;
  /** The columns as they were when they were last found to be stale. */
  #distrusted: string | undefined;
  /** Monotonic. */
  #checkedAt = -Infinity;
  #cost = LEAST_BURST;
  #isLoaded = false;
  /** The column of the key was made anew: until all rows have theirs again, what lacks one was not deleted. */
  #isRefilling = false;

  constructor(parts: CheckParts) {
    this.#parts = parts;
    this.#gone = new DeletedRecords(parts.client, parts.outbox);
    this.#kind = parts.budget.isLimited ? 'frugal' : 'usual';
  }

  /** The table as far as it is known. */
  get table(): MirrorTable | undefined {
    return this.#table;
  }

  /**
   * True if what was known of it may be why an answer doesn't fit.
   * @param isCertain a column is not where it was: so it is, unless a look has just shown the same.
   */
  isStale(isCertain: boolean): boolean {
    const columns = JSON.stringify(this.#table?.columns);
    const isNews = isCertain && columns !== this.#distrusted;
    if (isCertain) this.#distrusted = columns;
    return isNews || this.#parts.clock.monotonic() - this.#checkedAt > STALE_MS[this.#kind];
  }

  /** Has the table looked at before anything more is written. */
  force(): void {
    this.#isForced = true;
  }

  /** The table to write to, looked at if need be: made or mended; records that were deleted are marked to be made again. */
  async ask(): Promise<NocoResult<MirrorTable>> {
    await this.#load();
    if (this.#table && !(await this.#isDue())) return { type: 'ok', value: this.#table };
    const waitMs = await this.#parts.budget.waitMs(this.#cost);
    if (waitMs > 0) return toBudgetSpent(waitMs);
    const checked = await this.#check();
    if (checked.type === 'ok') this.#cost = USUAL_COST;
    // It broke off half-way: what it needs is more than the usual.
    if (checked.type === 'spent') this.#cost = LEAST_BURST;
    return checked;
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const { outbox, clock } = this.#parts;
    const text = await outbox.readNote(NOTE);
    const note = v.safeParse(Note, text === undefined ? undefined : JSON.parse(text));
    if (!note.success) return;
    this.#isRefilling = note.output.isRefilling;
    if (this.#kind === 'usual') return;
    this.#table = await readTableIds(outbox);
    this.#checkedAt = clock.monotonic() - Math.max(0, clock.wall() - note.output.atMs);
    this.#cost = USUAL_COST;
    this.#gone.surplus = note.output.surplus;
  }

  async #isDue(): Promise<boolean> {
    const { clock, budget } = this.#parts;
    const age = clock.monotonic() - this.#checkedAt;
    if (this.#isForced || age >= OVERDUE_MS) return true;
    return age >= EVERY_MS[this.#kind] && (await budget.isAmple());
  }

  async #check(): Promise<NocoResult<MirrorTable>> {
    const { client, outbox, log, table: title, clock } = this.#parts;
    const known = await readTableIds(outbox);
    const prepared = await prepareTable(client, title, known);
    if (prepared.type !== 'ok') return prepared;
    const { table, done } = prepared.value;
    for (const sentence of done) log.info(`NocoDB: ${sentence}`);
    for (const sentence of table.leftOut)
      if (!this.#table?.leftOut.includes(sentence)) log.error(`NocoDB: ${sentence}`);
    await writeTableIds(outbox, table);
    this.#isRefilling =
      (this.#isRefilling && (await outbox.countUnmirrored()) > 0) ||
      (known?.id === table.id && known.columns.sessionId.id !== table.columns.sessionId.id);
    const gone: NocoResult<readonly string[]> = this.#isRefilling
      ? { type: 'ok', value: [] }
      : await this.#gone.find(table);
    if (gone.type !== 'ok' && gone.type !== 'spent') return gone;
    const ids = gone.type === 'ok' ? gone.value : [];
    if (ids.length > 0) log.info({ records: ids.length }, 'NocoDB: records were deleted, and are made again');
    await outbox.forgetMirrored({ ids });
    this.#table = table;
    this.#isForced = false;
    this.#checkedAt = clock.monotonic();
    const note = { atMs: clock.wall(), surplus: this.#gone.surplus, isRefilling: this.#isRefilling };
    await outbox.writeNote(NOTE, JSON.stringify(note));
    return { type: 'ok', value: table };
  }
}
