// The deletions that one consumer of the outbox still has to make outside, in SQL that is the same for every database.
import { sql, type Kysely } from 'kysely';
import { chunk } from './chunk.ts';
import type { Database } from './database.ts';
import { RECORD_IN_DOUBT, type Deletion, type Deletions } from './outbox.ts';
import { change, rowsOf } from './runner.ts';
import type { Tables } from './schema.ts';

const ROWS_AT_ONCE = 1_000;

/** Not a parameter: only so is it certain, when a statement is prepared, that the index of the deletions has all rows. */
export const DELETED = sql.lit<'deleted'>('deleted');

export class SqlDeletions implements Deletions {
  readonly #consumer: string;
  readonly #queries: Kysely<Tables>;
  readonly #database: Database;

  constructor(consumer: string, queries: Kysely<Tables>, database: Database) {
    this.#consumer = consumer;
    this.#queries = queries;
    this.#database = database;
  }

  async listDue(nowMs: number, limit: number): Promise<readonly Deletion[]> {
    const query = this.#queries
      .selectFrom('outbox')
      .select(['session_id as id', 'record_id as recordId'])
      .where('consumer', '=', this.#consumer)
      .where('kind', '=', DELETED)
      .where('due_ms', '<=', nowMs)
      .orderBy('due_ms')
      .orderBy('session_id')
      .limit(limit);
    return rowsOf(this.#database.reader, query.compile());
  }

  async finish(ids: readonly string[]): Promise<void> {
    const queries = chunk(ids, ROWS_AT_ONCE).map((some) =>
      this.#queries
        .deleteFrom('outbox')
        .where('consumer', '=', this.#consumer)
        .where('kind', '=', DELETED)
        .where('session_id', 'in', some)
        .compile(),
    );
    await change(this.#database.writer, queries);
  }

  async forgetRecords(): Promise<void> {
    const query = this.#queries
      .updateTable('outbox')
      .set({ record_id: RECORD_IN_DOUBT })
      .where('consumer', '=', this.#consumer)
      .where('kind', '=', DELETED);
    await change(this.#database.writer, [query.compile()]);
  }
}
