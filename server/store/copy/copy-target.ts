// The database into which a store is copied: nothing is written to it unless it is empty, or holds a copy that nobody has used yet.
import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { COMPLETE, COPY_NOTE, INCOMPLETE, readCopyMark } from '../copy-mark.ts';
import { readIdKey } from '../keyed-hash.ts';
import { kyselyOnPool } from '../postgres/dialect.ts';
import { prepareDatabase } from '../postgres/open.ts';
import { openPool } from '../postgres/pool.ts';
import { postgresErrorOf } from '../postgres/postgres-error.ts';
import { runnerOn } from '../read-only.ts';
import type { Tables } from '../schema.ts';
import { StoreError } from '../store-error.ts';
import { nameOfStore } from '../store-url.ts';
import { COPIED_TABLES } from './copied-tables.ts';

const NO_LIMIT = 0;

export class CopyTarget {
  readonly db: Kysely<Tables>;
  readonly #name: string;
  readonly #run = randomBytes(12).toString('base64url');

  private constructor(db: Kysely<Tables>, name: string) {
    this.db = db;
    this.#name = name;
  }

  /**
   * Creates or migrates the tables, and marks the database as an incomplete copy.
   * @throws StoreError if it is in use, or can't be used.
   */
  static async open(url: string, source: Kysely<Tables>): Promise<CopyTarget> {
    const db = kyselyOnPool(openPool(url, 1, NO_LIMIT));
    const target = new CopyTarget(db, nameOfStore(url));
    try {
      await target.#requireUnused(source);
      await prepareDatabase(db);
      await target.#mark();
      return target;
    } catch (error) {
      await db.destroy();
      throw postgresErrorOf(url, error, 'TO');
    }
  }

  /**
   * Runs `work` in a transaction.
   * @throws StoreError if another copy to the database has begun meanwhile.
   */
  write<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (db) => {
        const mark = db.selectFrom('notes').select('text').where('name', '=', COPY_NOTE).forUpdate();
        const [note] = await mark.execute();
        if (note?.text !== INCOMPLETE + this.#run)
          throw new StoreError(`Another copy to the database ${this.#name} has begun. Run only one at a time.`);
        return work(db);
      });
  }

  /** From now on, the database can be opened as a store. */
  async complete(): Promise<void> {
    const text = COMPLETE + this.#run;
    await this.write((db) => db.updateTable('notes').set({ text }).where('name', '=', COPY_NOTE).execute());
  }

  close(): Promise<void> {
    return this.db.destroy();
  }

  async #requireUnused(source: Kysely<Tables>): Promise<void> {
    if (!(await this.#isThere('notes'))) return;
    if ((await readCopyMark(this.db)) !== undefined) {
      const [own, other] = [await readIdKey(this.db, runnerOn(this.db)), await readIdKey(source, runnerOn(source))];
      if (own !== undefined && own !== other)
        throw new StoreError(`The database ${this.#name} holds a copy of another store. Give an empty database.`);
      return;
    }
    for (const table of [...COPIED_TABLES, 'leases'])
      if ((await this.#isThere(table)) && (await this.#hasRows(table)))
        throw new StoreError(
          `The database ${this.#name} is in use: its table ${table} isn't empty. A copy needs an empty database, because it deletes all else.`,
        );
  }

  async #isThere(table: string): Promise<boolean> {
    const { rows } = await sql<{ found: string | null }>`SELECT to_regclass(${table}) AS found`.execute(this.db);
    return rows[0]?.found !== null;
  }

  async #hasRows(table: string): Promise<boolean> {
    const { rows } = await sql`SELECT 1 FROM ${sql.table(table)} LIMIT 1`.execute(this.db);
    return rows.length > 0;
  }

  async #mark(): Promise<void> {
    const text = INCOMPLETE + this.#run;
    const note = this.db
      .insertInto('notes')
      .values({ name: COPY_NOTE, text })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ text }));
    await note.execute();
  }
}
