// The outbox of one consumer, in SQL that is the same for every database.
import {
  sql,
  type CompiledQuery,
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type NotNull,
  type SqlBool,
} from 'kysely';
import { chunk } from './chunk.ts';
import type { Database } from './database.ts';
import { RECORD_IN_DOUBT, type Deletions, type Due, type Outbox, type Untold } from './outbox.ts';
import { change, rowsOf, toStatement, type Answer } from './runner.ts';
import { toSession } from './rows.ts';
import type { Tables } from './schema.ts';
import { DELETED, SqlDeletions } from './sql-deletions.ts';

const lastSeen = sql<number>`coalesce(sessions.end_ms, sessions.start_ms)`;

const ROWS_AT_ONCE = 1_000;

const ownId = ({ id }: { readonly id: string }): string => id;

export class SqlOutbox implements Outbox {
  readonly #consumer: string;
  readonly #queries: Kysely<Tables>;
  readonly #database: Database;
  readonly #hasHistory: boolean;
  readonly deletions: Deletions;
  #joining: Promise<void> | undefined;

  constructor(consumer: string, queries: Kysely<Tables>, database: Database, hasHistory: boolean) {
    this.#consumer = consumer;
    this.#queries = queries;
    this.#database = database;
    this.#hasHistory = hasHistory;
    this.deletions = new SqlDeletions(consumer, queries, database);
  }

  async listUntold(
    limit: number,
    quietSinceMs?: number,
    order: 'oldest' | 'newest' = 'oldest',
  ): Promise<readonly Untold[]> {
    await this.#join();
    const direction = order === 'oldest' ? 'asc' : 'desc';
    let query = this.#changed()
      .orderBy('outbox.due_ms', direction)
      .orderBy('outbox.session_id', direction)
      .limit(limit);
    if (quietSinceMs !== undefined)
      query = query.where((eb) =>
        eb.or([
          eb('told.record_id', 'is', null),
          eb('told.record_id', '=', RECORD_IN_DOUBT),
          eb(lastSeen, '<=', quietSinceMs),
        ]),
      );
    const rows = await rowsOf(this.#database.reader, query.compile());
    return rows.map((row) => ({ session: toSession(row), revision: row.revision, recordId: row.record_id }));
  }

  async listDue(nowMs: number, limit: number): Promise<readonly Due[]> {
    await this.#join();
    const query = this.#changed()
      .select('told.state')
      .where('outbox.due_ms', '<=', nowMs)
      .orderBy('outbox.due_ms')
      .orderBy('outbox.session_id')
      .limit(limit);
    const rows = await rowsOf(this.#database.reader, query.compile());
    return rows.map((row) => ({
      session: toSession(row),
      revision: row.revision,
      recordId: row.record_id,
      state: row.state,
    }));
  }

  async postpone(sessions: readonly { id: string; revision: number; dueMs: number }[]): Promise<void> {
    await this.#join();
    const queries = sessions.map(({ id, revision, dueMs }) =>
      this.#queries
        .updateTable('outbox')
        .set({ due_ms: dueMs })
        .where('consumer', '=', this.#consumer)
        .where('kind', '=', 'changed')
        .where('session_id', '=', id)
        .where((eb) =>
          eb.exists(eb.selectFrom('sessions').select('id').where('id', '=', id).where('revision', '=', revision)),
        )
        .compile(),
    );
    await change(this.#database.writer, queries);
  }

  async countUntold(): Promise<number> {
    await this.#join();
    const query = this.#waiting().select((eb) => eb.fn.countAll<number>().as('count'));
    const [row] = await rowsOf(this.#database.reader, query.compile());
    return row?.count ?? 0;
  }

  async findOldestUntoldMs(): Promise<number | undefined> {
    await this.#join();
    const query = this.#waiting().select('due_ms').orderBy('due_ms').limit(1);
    const [row] = await rowsOf(this.#database.reader, query.compile());
    return row?.due_ms;
  }

  async markTold(told: readonly { id: string; revision: number; recordId: string | null }[]): Promise<void> {
    await this.#join();
    await this.#changeAll(told, ownId, (some) => {
      const ids = some.map(({ id }) => id);
      return [this.#remember(some), this.#dropDeleted(ids), this.#stopWaiting(ids)];
    });
  }

  #remember(told: readonly { id: string; revision: number; recordId: string | null }[]): CompiledQuery {
    const rows = told.map(({ id, revision, recordId }) => ({ ...this.#row(id), revision, record_id: recordId }));
    return this.#queries
      .insertInto('told')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['consumer', 'session_id']).doUpdateSet((eb) => ({
          revision: eb.ref('excluded.revision'),
          record_id: eb.ref('excluded.record_id'),
        })),
      )
      .compile();
  }

  /** A session that has changed since it was told still waits. */
  #stopWaiting(ids: readonly string[]): CompiledQuery {
    return this.#queries
      .deleteFrom('outbox')
      .where('consumer', '=', this.#consumer)
      .where('kind', '=', 'changed')
      .where('session_id', 'in', ids)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('sessions')
            .innerJoin('told', 'told.session_id', 'sessions.id')
            .select('sessions.id')
            .whereRef('sessions.id', '=', 'outbox.session_id')
            .where('told.consumer', '=', this.#consumer)
            .whereRef('told.revision', '=', 'sessions.revision'),
        ),
      )
      .compile();
  }

  async setRecords(records: readonly { id: string; recordId: string | null }[]): Promise<ReadonlySet<string>> {
    await this.#join();
    const answers = await this.#changeAll(records, ownId, (some) => {
      const ids = some.map(({ id }) => id);
      const set = this.#queries
        .insertInto('told')
        .values(some.map(({ id, recordId }) => ({ ...this.#row(id), record_id: recordId })))
        .onConflict((conflict) =>
          conflict
            .columns(['consumer', 'session_id'])
            .doUpdateSet((eb) => ({ record_id: eb.ref('excluded.record_id') })),
        );
      const existing = this.#queries.selectFrom('sessions').select('id').where('id', 'in', ids);
      return [set.compile(), this.#dropDeleted(ids), existing.compile()];
    });
    return new Set(answers.flatMap(({ rows }) => (rows as readonly { id: string }[]).map(({ id }) => id)));
  }

  async setStates(states: readonly { id: string; state: string }[]): Promise<void> {
    await this.#join();
    await this.#changeAll(states, ownId, (some) => {
      const set = this.#queries
        .insertInto('told')
        .values(some.map(({ id, state }) => ({ ...this.#row(id), state })))
        .onConflict((conflict) =>
          conflict.columns(['consumer', 'session_id']).doUpdateSet((eb) => ({ state: eb.ref('excluded.state') })),
        );
      return [set.compile(), this.#dropDeleted(some.map(({ id }) => id))];
    });
  }

  /** A session that was deleted meanwhile must leave nothing behind. */
  #dropDeleted(ids: readonly string[]): CompiledQuery {
    return this.#queries
      .deleteFrom('told')
      .where('consumer', '=', this.#consumer)
      .where('session_id', 'in', ids)
      .where((eb) =>
        eb.not(eb.exists(eb.selectFrom('sessions').select('id').whereRef('sessions.id', '=', 'told.session_id'))),
      )
      .compile();
  }

  async countRecords(): Promise<number> {
    await this.#join();
    const deleted = this.#waiting().where('kind', '=', DELETED).where('record_id', '<>', RECORD_IN_DOUBT);
    const query = this.#records()
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .unionAll(deleted.select((eb) => eb.fn.countAll<number>().as('count')));
    const counts = await rowsOf(this.#database.reader, query.compile());
    return counts.reduce((sum, { count }) => sum + count, 0);
  }

  async listRecords(): Promise<readonly { id: string; recordId: string }[]> {
    await this.#join();
    const query = this.#records()
      .select(['session_id as id', 'record_id as recordId'])
      .$narrowType<{ recordId: NotNull }>();
    return rowsOf(this.#database.reader, query.compile());
  }

  async forgetTold(which: { readonly fromMs: number } | { readonly ids: readonly string[] }): Promise<void> {
    await this.#join();
    if ('ids' in which) await this.#changeAll(which.ids, String, (ids) => this.#tellAgain((eb) => eb('id', 'in', ids)));
    else
      await change(
        this.#database.writer,
        this.#tellAgain((eb) => eb('start_ms', '>=', which.fromMs)),
      );
  }

  #tellAgain(which: (eb: ExpressionBuilder<Tables, 'sessions'>) => Expression<SqlBool>): readonly CompiledQuery[] {
    const these = this.#queries.selectFrom('sessions').where(which);
    const consumer = sql.val(this.#consumer);
    const doubt = this.#queries
      .insertInto('told')
      .columns(['consumer', 'session_id', 'revision', 'record_id'])
      .expression(
        these.select([consumer.as('consumer'), 'id', sql.lit(0).as('revision'), sql.lit(RECORD_IN_DOUBT).as('record')]),
      )
      .onConflict((conflict) =>
        conflict.columns(['consumer', 'session_id']).doUpdateSet({ revision: 0, record_id: RECORD_IN_DOUBT }),
      );
    const wait = this.#queries
      .insertInto('outbox')
      .columns(['consumer', 'session_id', 'due_ms', 'kind'])
      .expression(these.select([consumer.as('consumer'), 'id', lastSeen.as('due_ms'), sql.lit('changed').as('kind')]))
      .onConflict((conflict) => conflict.doNothing());
    return [doubt.compile(), wait.compile()];
  }

  /**
   * Changes all in one transaction, some in each statement: a statement of SQLite takes 32,766 values at most. Meanwhile, no session changes
   * or is deleted, or what comes between would never be told.
   */
  async #changeAll<T>(
    all: readonly T[],
    idOf: (one: T) => string,
    compile: (some: readonly T[]) => readonly CompiledQuery[],
  ): Promise<readonly Answer[]> {
    const locks = this.#database.lockSessions(all.map(idOf), 'change');
    return this.#database.writer.run([...locks, ...chunk(all, ROWS_AT_ONCE).flatMap(compile).map(toStatement)]);
  }

  /** The first use of the outbox makes its consumer known to the store. */
  async #join(): Promise<void> {
    const joining = (this.#joining ??= this.#database.addConsumer(this.#consumer, this.#hasHistory));
    try {
      await joining;
    } catch (error) {
      // The next use tries again.
      this.#joining = undefined;
      throw error;
    }
  }

  #row(id: string): { consumer: string; session_id: string } {
    return { consumer: this.#consumer, session_id: id };
  }

  /** The sessions that wait because they have changed. */
  #changed() {
    return this.#queries
      .selectFrom('outbox')
      .innerJoin('sessions', 'sessions.id', 'outbox.session_id')
      .leftJoin('told', (join) =>
        join.onRef('told.session_id', '=', 'outbox.session_id').onRef('told.consumer', '=', 'outbox.consumer'),
      )
      .selectAll('sessions')
      .select(['told.record_id', 'told.revision as told_revision'])
      .where('outbox.consumer', '=', this.#consumer)
      .where('outbox.kind', '=', 'changed');
  }

  #waiting() {
    return this.#queries.selectFrom('outbox').where('consumer', '=', this.#consumer);
  }

  #records() {
    return this.#queries
      .selectFrom('told')
      .where('consumer', '=', this.#consumer)
      .where('record_id', '<>', RECORD_IN_DOUBT);
  }
}
