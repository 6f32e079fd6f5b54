// Notes: small values that outlive the process.
import type { Kysely } from 'kysely';
import { change, rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

export interface Notes {
  /** Undefined before the first write. */
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
}

export class SqlNotes implements Notes {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner) {
    this.#queries = queries;
    this.#writer = writer;
  }

  async read(name: string): Promise<string | undefined> {
    const query = this.#queries.selectFrom('notes').select('text').where('name', '=', name);
    const [row] = await rowsOf(this.#writer, query.compile());
    return row?.text;
  }

  async write(name: string, text: string): Promise<void> {
    const query = this.#queries
      .insertInto('notes')
      .values({ name, text })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ text }));
    await change(this.#writer, [query.compile()]);
  }
}
