// Decides when to check the table: at the start, periodically, and when a response doesn't match. With a monthly limit,
// stored knowledge is trusted for a day, and a check starts only if enough requests are available.
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { Notes } from '../store/notes.ts';
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
/** How often to check for deleted fields and records. */
const EVERY_MS = { usual: 10 * MINUTE_MS, frugal: DAY_MS };
/** A check older than this may not explain a mismatch. */
const STALE_MS = { usual: 10_000, frugal: 60 * MINUTE_MS };
/** With a monthly limit, a check waits for ample requests, but no longer than this. */
const OVERDUE_MS = 7 * DAY_MS;
/** Requests for a check without changes: the table and its record count. */
const USUAL_COST = 2;

export interface CheckParts {
  readonly client: NocoClient;
  readonly notes: Notes;
  readonly outbox: Outbox;
  readonly budget: RequestBudget;
  readonly log: Logger;
  /** The table's title. */
  readonly table: string;
  readonly clock: { readonly monotonic: () => number; readonly wall: () => number };
}

export class TableCheck {
  readonly #parts: CheckParts;
  readonly #gone: DeletedRecords;
  readonly #kind: 'usual' | 'frugal';
  #table: MirrorTable | undefined;
  #isForced = false;
  /** The columns when they were last found to be stale. */
  #distrusted: string | undefined;
  /** Monotonic. */
  #checkedAt = -Infinity;
  #cost = LEAST_BURST;
  #isLoaded = false;
  /** The key column was created again. Until all rows have a key, a row without one doesn't count as deleted. */
  #isRefilling = false;

  constructor(parts: CheckParts) {
    this.#parts = parts;
    this.#gone = new DeletedRecords(parts.client, parts.outbox);
    this.#kind = parts.budget.isLimited ? 'frugal' : 'usual';
  }

  /** The table, if it is known. */
  get table(): MirrorTable | undefined {
    return this.#table;
  }

  /**
   * True if outdated knowledge of the table may explain a mismatch.
   * @param isCertain a column has disappeared. Then it does, unless a check has just shown the same columns.
   */
  isStale(isCertain: boolean): boolean {
    const columns = JSON.stringify(this.#table?.columns);
    const isNews = isCertain && columns !== this.#distrusted;
    if (isCertain) this.#distrusted = columns;
    // A batch that was under way at the same time learns the same, so it must not draw other conclusions.
    this.#isForced ||= isNews || this.#parts.clock.monotonic() - this.#checkedAt > STALE_MS[this.#kind];
    return this.#isForced;
  }

  /** Forces a check before the next write. */
  force(): void {
    this.#isForced = true;
  }

  /**
   * Returns the table to write to. If a check is due, it creates or repairs the table and marks deleted records to be
   * created again.
   */
  async ask(): Promise<NocoResult<MirrorTable>> {
    await this.#load();
    if (this.#table && !(await this.#isDue())) return { type: 'ok', value: this.#table };
    const waitMs = await this.#parts.budget.waitMs(this.#cost);
    if (waitMs > 0) return toBudgetSpent(waitMs);
    const checked = await this.#check();
    if (checked.type === 'ok') this.#cost = USUAL_COST;
    // The check was interrupted, so the next one needs more than the usual requests.
    if (checked.type === 'spent') this.#cost = LEAST_BURST;
    return checked;
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const { notes, clock } = this.#parts;
    const text = await notes.read(NOTE);
    const note = v.safeParse(Note, text === undefined ? undefined : JSON.parse(text));
    if (!note.success) return;
    this.#isRefilling = note.output.isRefilling;
    if (this.#kind === 'usual') return;
    this.#table = await readTableIds(notes, this.#parts.table);
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
    const { client, notes, outbox, log, table: title, clock } = this.#parts;
    const known = await readTableIds(notes, title);
    const prepared = await prepareTable(client, title, known, false);
    if (prepared.type !== 'ok') return prepared;
    const { table, done } = prepared.value;
    for (const sentence of done) log.info(`NocoDB: ${sentence}`);
    for (const sentence of table.leftOut)
      if (!this.#table?.leftOut.includes(sentence)) log.error(`NocoDB: ${sentence}`);
    await writeTableIds(notes, outbox, table, title);
    this.#isRefilling =
      (this.#isRefilling && (await outbox.countUntold()) > 0) ||
      (known?.id === table.id && known.columns.sessionId.id !== table.columns.sessionId.id);
    const gone: NocoResult<readonly string[]> = this.#isRefilling
      ? { type: 'ok', value: [] }
      : await this.#gone.find(table);
    if (gone.type !== 'ok' && gone.type !== 'spent') return gone;
    const ids = gone.type === 'ok' ? gone.value : [];
    if (ids.length > 0) log.info({ records: ids.length }, 'NocoDB: creating deleted records again');
    await outbox.forgetTold({ ids });
    this.#table = table;
    this.#isForced = false;
    this.#checkedAt = clock.monotonic();
    const note = { atMs: clock.wall(), surplus: this.#gone.surplus, isRefilling: this.#isRefilling };
    await notes.write(NOTE, JSON.stringify(note));
    return { type: 'ok', value: table };
  }
}
