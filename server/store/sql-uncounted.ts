// Which sessions have to be counted. What is remembered only makes it fast: a killed process may forget it. What is never
// lost is the difference between a session and what was counted of it, and that is what `compare` finds.
import { sql, type Kysely } from 'kysely';
import { chunk } from './chunk.ts';
import type { Database } from './database.ts';
import { change, rowsOf } from './runner.ts';
import type { Tables } from './schema.ts';
import { isExcludedNow } from './sql-contributions.ts';

const ROWS_A_STATEMENT = 500;
const COMPARED_AT_ONCE = 2_000;

export class SqlUncounted {
  readonly #database: Pick<Database, 'reader' | 'writer'>;
  readonly #queries: Kysely<Tables>;

  constructor(database: Pick<Database, 'reader' | 'writer'>, queries: Kysely<Tables>) {
    this.#database = database;
    this.#queries = queries;
  }

  async remember(ids: readonly string[]): Promise<void> {
    for (const some of chunk(ids, ROWS_A_STATEMENT)) {
      const query = this.#queries
        .insertInto('uncounted_sessions')
        .values(some.map((id) => ({ session_id: id })))
        .onConflict((conflict) => conflict.doNothing());
      await change(this.#database.writer, [query.compile()]);
    }
  }

  async listRemembered(limit: number): Promise<readonly string[]> {
    const query = this.#queries.selectFrom('uncounted_sessions').select('session_id').limit(limit);
    return (await rowsOf(this.#database.reader, query.compile())).map((row) => row.session_id);
  }

  async forget(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const query = this.#queries.deleteFrom('uncounted_sessions').where('session_id', 'in', ids);
    await change(this.#database.writer, [query.compile()]);
  }

  async compare(
    before: string | undefined,
  ): Promise<{ readonly ids: readonly string[]; readonly next: string | undefined }> {
    const older = this.#queries.selectFrom('sessions').select('id').orderBy('id', 'desc');
    const bounded = before === undefined ? older : older.where('id', '<', before);
    const [last] = await rowsOf(
      this.#database.reader,
      bounded
        .offset(COMPARED_AT_ONCE - 1)
        .limit(1)
        .compile(),
    );
    let differing = this.#queries
      .selectFrom('sessions')
      .leftJoin('counted_sessions', 'counted_sessions.session_id', 'sessions.id')
      .select('sessions.id')
      .where((eb) =>
        eb.or([
          eb('counted_sessions.session_id', 'is', null),
          eb('counted_sessions.revision', '<>', eb.ref('sessions.revision')),
          eb(
            isExcludedNow,
            '<>',
            eb.case().when('counted_as', '=', 'excluded').then(sql.lit(1)).else(sql.lit(0)).end(),
          ),
        ]),
      );
    // Sessions that were deleted by hand.
    let gone = this.#queries
      .selectFrom('counted_sessions')
      .leftJoin('sessions', 'sessions.id', 'counted_sessions.session_id')
      .select('counted_sessions.session_id as id')
      .where('sessions.id', 'is', null);
    if (before !== undefined) {
      differing = differing.where('sessions.id', '<', before);
      gone = gone.where('counted_sessions.session_id', '<', before);
    }
    if (last) {
      differing = differing.where('sessions.id', '>=', last.id);
      gone = gone.where('counted_sessions.session_id', '>=', last.id);
    }
    const ids: string[] = [];
    for (const query of [differing.orderBy('sessions.id', 'desc'), gone])
      ids.push(...(await rowsOf(this.#database.reader, query.compile())).map(({ id }) => id));
    return { ids, next: last?.id };
  }
}
