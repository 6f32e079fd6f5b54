// Readers from whom the owner has taken their access.
import type { Kysely } from 'kysely';
import { change, rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

export interface BlockedReader {
  readonly email: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

export interface BlockedReaders {
  /** From now on, no session of this address has access. */
  block(email: string, atMs: number): Promise<void>;
  /** Sessions that have not expired have access again. Resolves with whether the reader was blocked. */
  allow(email: string): Promise<boolean>;
  has(email: string): Promise<boolean>;
  /** The latest first. */
  list(): Promise<readonly BlockedReader[]>;
}

export class SqlBlockedReaders implements BlockedReaders {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner) {
    this.#queries = queries;
    this.#writer = writer;
  }

  async block(email: string, atMs: number): Promise<void> {
    const blocked = this.#queries
      .insertInto('blocked_readers')
      .values({ email, since_ms: atMs })
      .onConflict((conflict) => conflict.doNothing());
    await change(this.#writer, [blocked.compile()]);
  }

  async allow(email: string): Promise<boolean> {
    const query = this.#queries.deleteFrom('blocked_readers').where('email', '=', email);
    const [deleted] = await change(this.#writer, [query.compile()]);
    return deleted === 1;
  }

  async has(email: string): Promise<boolean> {
    const query = this.#queries.selectFrom('blocked_readers').select('email').where('email', '=', email);
    return (await rowsOf(this.#writer, query.compile())).length > 0;
  }

  async list(): Promise<readonly BlockedReader[]> {
    const query = this.#queries.selectFrom('blocked_readers').selectAll().orderBy('since_ms', 'desc').orderBy('email');
    const rows = await rowsOf(this.#writer, query.compile());
    return rows.map(({ email, since_ms: sinceMs }) => ({ email, sinceMs }));
  }
}
