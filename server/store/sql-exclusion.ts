// Which sessions and readers the owner keeps out of the totals, in SQL that is the same for every database.
import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { change, rowsOf } from './runner.ts';
import type { Tables } from './schema.ts';

const SESSIONS_AT_ONCE = 500;

export class SqlExclusion {
  readonly #database: Pick<Database, 'reader' | 'writer'>;
  readonly #queries: Kysely<Tables>;
  readonly #remember: (ids: readonly string[]) => Promise<void>;

  /** @param remember has these sessions counted again. */
  constructor(
    database: Pick<Database, 'reader' | 'writer'>,
    queries: Kysely<Tables>,
    remember: (ids: readonly string[]) => Promise<void>,
  ) {
    this.#database = database;
    this.#queries = queries;
    this.#remember = remember;
  }

  async setSession(sessionId: string, isExcluded: boolean): Promise<void> {
    const exclude = this.#queries
      .updateTable('sessions')
      .set({ is_excluded: Number(isExcluded) })
      .where('id', '=', sessionId);
    await change(this.#database.writer, [exclude.compile()]);
    await this.#remember([sessionId]);
  }

  async setReader(email: string, isExcluded: boolean): Promise<void> {
    const excluded = isExcluded
      ? this.#queries
          .insertInto('excluded_readers')
          .values({ email })
          .onConflict((conflict) => conflict.doNothing())
      : this.#queries.deleteFrom('excluded_readers').where('email', '=', email);
    await change(this.#database.writer, [excluded.compile()]);
    for (let after: string | undefined = ''; after !== undefined;) {
      const query = this.#queries
        .selectFrom('sessions')
        .select('id')
        .where('email', '=', email)
        .where('id', '>', after)
        .orderBy('id')
        .limit(SESSIONS_AT_ONCE);
      const ids: readonly { readonly id: string }[] = await rowsOf(this.#database.reader, query.compile());
      await this.#remember(ids.map(({ id }) => id));
      after = ids.at(-1)?.id;
    }
  }

  async listReaders(): Promise<readonly string[]> {
    const query = this.#queries.selectFrom('excluded_readers').select('email').orderBy('email');
    return (await rowsOf(this.#database.reader, query.compile())).map(({ email }) => email);
  }
}
