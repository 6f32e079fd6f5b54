// Values that NocoDB rejects while it accepts the rest of the row. They are omitted for a while from every row that has
// them, so that the rest is written. A column that rejects several values is omitted completely.
import type { Logger } from 'pino';
import * as v from 'valibot';
import type { Notes } from '../store/notes.ts';
import type { Session } from '../store/session.ts';
import type { Patience } from './backoff.ts';
import { valuesOf } from './record.ts';
import type { FieldName } from './fields.ts';
import { namesOf, type MirrorTable } from './table.ts';

const NOTE = 'nocodb-columns';
/** If this many different values were rejected and none accepted, the column is the cause. */
const VALUES_UNTIL_COLUMN = 5;
/** The maximum in memory. Beyond it, the oldest are forgotten and tried again. */
const MOST_VALUES = 1_000;

interface Refused {
  readonly tries: number;
  /** Wall clock, because it outlives the process. */
  readonly untilMs: number;
}

type RefusedColumns = Map<string, Refused>;
const Columns = v.record(v.string(), v.object({ tries: v.number(), untilMs: v.number() }));

export class RejectedValues {
  readonly #notes: Notes;
  readonly #log: Logger;
  readonly #patience: Patience;
  readonly #now: () => number;
  readonly #values = new Map<string, Refused>();
  /** Different values that the column rejected in succession. */
  readonly #inARow = new Map<FieldName, Set<unknown>>();
  #columns: RefusedColumns | undefined;

  /** @param now epoch milliseconds. */
  constructor(notes: Notes, log: Logger, patience: Patience, now: () => number) {
    this.#notes = notes;
    this.#log = log;
    this.#patience = patience;
    this.#now = now;
  }

  async load(): Promise<void> {
    this.#columns ??= await readRejectedColumns(this.#notes);
  }

  /**
   * The columns to write for the session.
   * @param isAlone the session is written alone. Only then is a rejected value tried again.
   */
  namesFor(session: Session, at: MirrorTable, isAlone: boolean): readonly FieldName[] {
    const values = valuesOf(session);
    return this.#writable(at).filter((name) => {
      const refused = this.#values.get(keyOf(name, values[name]));
      return !refused || (isAlone && refused.untilMs <= this.#now());
    });
  }

  /** The columns omitted for this session only, and when they are retried. */
  missingFor(
    session: Session,
    at: MirrorTable,
    names: readonly FieldName[],
  ): { readonly names: readonly FieldName[]; readonly untilMs: number } {
    const values = valuesOf(session);
    const missing = this.#writable(at).filter((name) => !names.includes(name));
    const until = missing.map((name) => this.#values.get(keyOf(name, values[name]))?.untilMs ?? 0);
    return { names: missing, untilMs: Math.max(this.#now(), Math.min(...until)) };
  }

  wereRefused(session: Session, names: readonly FieldName[]): boolean {
    const values = valuesOf(session);
    return names.every((name) => this.#values.has(keyOf(name, values[name])));
  }

  /** A column that was omitted for long enough and for which the session has a value, with which to try it again. */
  findProbe(session: Session, at: MirrorTable): FieldName | undefined {
    const values = valuesOf(session);
    return namesOf(at).find((name) => {
      const column = this.#columns?.get(name);
      return column !== undefined && column.untilMs <= this.#now() && values[name] !== null;
    });
  }

  /** Sentences about the columns that are omitted completely. */
  describe(at: MirrorTable): readonly string[] {
    return describeRejected(this.#columns ?? new Map(), at);
  }

  /** Retries all values. */
  forgive(): void {
    this.#values.clear();
    this.#inARow.clear();
  }

  async refuse(session: Session, names: readonly FieldName[], at: MirrorTable): Promise<void> {
    const values = valuesOf(session);
    for (const name of names) {
      const key = keyOf(name, values[name]);
      const tries = (this.#values.get(key)?.tries ?? 0) + 1;
      this.#values.set(key, { tries, untilMs: this.#now() + this.#patience(tries) });
      const [oldest] = this.#values.keys();
      if (this.#values.size > MOST_VALUES && oldest !== undefined) this.#values.delete(oldest);
      const inARow = (this.#inARow.get(name) ?? new Set()).add(values[name]);
      this.#inARow.set(name, inARow);
      // Without the key, no row could be found again.
      const isColumn = inARow.size >= VALUES_UNTIL_COLUMN || this.#columns?.has(name);
      if (isColumn && name !== 'sessionId') await this.#leaveOut(name, at);
    }
  }

  async #leaveOut(name: FieldName, at: MirrorTable): Promise<void> {
    const tries = (this.#columns?.get(name)?.tries ?? 0) + 1;
    this.#columns?.set(name, { tries, untilMs: this.#now() + this.#patience(tries) });
    this.#inARow.delete(name);
    for (const key of this.#values.keys()) if (key.startsWith(`${name} `)) this.#values.delete(key);
    this.#log.error({ column: at.columns[name]?.title }, 'NocoDB: a column accepts no value and is left out');
    await this.#write();
  }

  /**
   * The session's values in these columns are shown. Returns true if a column was omitted before, so that all rows lack
   * it.
   */
  async accept(session: Session, names: readonly FieldName[]): Promise<boolean> {
    const values = valuesOf(session);
    let wasLeftOut = false;
    for (const name of names) {
      if (values[name] === null) continue;
      this.#inARow.delete(name);
      this.#values.delete(keyOf(name, values[name]));
      wasLeftOut = this.#columns?.delete(name) || wasLeftOut;
    }
    if (wasLeftOut) await this.#write();
    return wasLeftOut;
  }

  #writable(at: MirrorTable): readonly FieldName[] {
    return namesOf(at).filter((name) => !this.#columns?.has(name));
  }

  async #write(): Promise<void> {
    await this.#notes.write(NOTE, JSON.stringify(Object.fromEntries(this.#columns ?? [])));
  }
}

/** By internal column name. */
export async function readRejectedColumns(notes: Notes): Promise<RefusedColumns> {
  const note = await notes.read(NOTE);
  const known = v.safeParse(Columns, note === undefined ? {} : JSON.parse(note));
  return new Map(known.success ? Object.entries(known.output) : []);
}

/** One sentence per omitted column. */
export function describeRejected(columns: RefusedColumns, at: MirrorTable): readonly string[] {
  return namesOf(at)
    .filter((name) => columns.has(name))
    .map((name) => `the column ${at.columns[name]?.title ?? name} accepts no value of ${name} and is left out`);
}

function keyOf(name: FieldName, value: unknown): string {
  return `${name} ${String(value)}`;
}
