// The outbox on Node's built-in SQLite.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { sql, type Kysely, type NotNull } from 'kysely';
import { RECORD_IN_DOUBT, type Outbox, type Unmirrored } from './outbox.ts';
import { inTransaction } from './sqlite-dialect.ts';
import { toSession, type Tables } from './tables.ts';

const lastSeen = sql<number>`coalesce(end_ms, start_ms)`;

export class SqliteOutbox implements Outbox {
  readonly #connection: DatabaseSync;
  readonly #db: Kysely<Tables>;
  readonly #setMirrored: StatementSync;
  readonly #setRecord: StatementSync;

  constructor(connection: DatabaseSync, db: Kysely<Tables>) {
    this.#connection = connection;
    this.#db = db;
    this.#setMirrored = connection.prepare('UPDATE sessions SET mirrored_revision = ?, record_id = ? WHERE id = ?');
    this.#setRecord = connection.prepare('UPDATE sessions SET record_id = ? WHERE id = ?');
  }

  async listUnmirrored(
    limit: number,
    quietSinceMs?: number,
    order: 'oldest' | 'newest' = 'oldest',
  ): Promise<readonly Unmirrored[]> {
    let query = this.#db
      .selectFrom('sessions')
      .selectAll()
      .whereRef('mirrored_revision', '<', 'revision')
      .orderBy(lastSeen, order === 'oldest' ? 'asc' : 'desc')
      .limit(limit);
    if (quietSinceMs !== undefined)
      query = query.where((eb) =>
        eb.or([eb('record_id', 'is', null), eb('record_id', '=', RECORD_IN_DOUBT), eb(lastSeen, '<=', quietSinceMs)]),
      );
    const rows = await query.execute();
    return rows.map((row) => ({ session: toSession(row), revision: row.revision, recordId: row.record_id }));
  }

  async countUnmirrored(): Promise<number> {
    const { count } = await this.#db
      .selectFrom('sessions')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .whereRef('mirrored_revision', '<', 'revision')
      .executeTakeFirstOrThrow();
    return count;
  }

  async findOldestUnmirroredMs(): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('sessions')
      .select(lastSeen.as('at'))
      .whereRef('mirrored_revision', '<', 'revision')
      .orderBy(lastSeen)
      .limit(1)
      .executeTakeFirst();
    return row?.at;
  }

  async markMirrored(shown: readonly { id: string; revision: number; recordId: string }[]): Promise<void> {
    inTransaction(this.#connection, () => {
      for (const { id, revision, recordId } of shown) this.#setMirrored.run(revision, recordId, id);
    });
  }

  async setRecords(records: readonly { id: string; recordId: string | null }[]): Promise<void> {
    inTransaction(this.#connection, () => {
      for (const { id, recordId } of records) this.#setRecord.run(recordId, id);
    });
  }

  async countRecords(): Promise<number> {
    const { count } = await this.#db
      .selectFrom('sessions')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('record_id', '<>', RECORD_IN_DOUBT)
      .executeTakeFirstOrThrow();
    return count;
  }

  async listRecords(): Promise<readonly { id: string; recordId: string }[]> {
    const rows = await this.#db
      .selectFrom('sessions')
      .select(['id', 'record_id as recordId'])
      .where('record_id', '<>', RECORD_IN_DOUBT)
      .$narrowType<{ recordId: NotNull }>()
      .execute();
    return rows;
  }

  async forgetMirrored(which: { readonly fromMs: number } | { readonly ids: readonly string[] }): Promise<void> {
    if ('ids' in which) {
      inTransaction(this.#connection, () => {
        for (const id of which.ids) this.#setMirrored.run(0, RECORD_IN_DOUBT, id);
      });
      return;
    }
    await this.#db
      .updateTable('sessions')
      .set({ mirrored_revision: 0, record_id: RECORD_IN_DOUBT })
      .where('start_ms', '>=', which.fromMs)
      .execute();
  }

  async takeLease(name: string, holder: string, now: number, untilMs: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows = 0n } = await this.#db
      .insertInto('leases')
      .values({ name, holder, until_ms: untilMs })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, until_ms: untilMs })
          .where((eb) => eb.or([eb('leases.holder', '=', holder), eb('leases.until_ms', '<=', now)])),
      )
      .executeTakeFirst();
    return numInsertedOrUpdatedRows > 0n;
  }

  async readNote(name: string): Promise<string | undefined> {
    const row = await this.#db.selectFrom('notes').select('text').where('name', '=', name).executeTakeFirst();
    return row?.text;
  }

  async writeNote(name: string, text: string): Promise<void> {
    await this.#db
      .insertInto('notes')
      .values({ name, text })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ text }))
      .execute();
  }
}
