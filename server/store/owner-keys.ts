// The keys that let the owner's browsers use the API: logins, and the single-use codes that open one. Only hashes are stored.
import type { Kysely } from 'kysely';
import { change, rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

/** `code`: can be exchanged for a login, once. `login`: lets a browser use the owner's API. */
export type OwnerKeyKind = 'code' | 'login';

export interface OwnerKey {
  readonly kind: OwnerKeyKind;
  readonly hash: string;
}

export interface OwnerKeys {
  /** Adds the key and deletes expired ones. Times are epoch milliseconds. */
  add(key: OwnerKey, untilMs: number, nowMs: number): Promise<void>;
  has(key: OwnerKey, nowMs: number): Promise<boolean>;
  /** Resolves with whether the key was there and valid. If several calls remove it at once, one of them gets true. */
  remove(key: OwnerKey, nowMs: number): Promise<boolean>;
  removeAll(): Promise<void>;
}

export class SqlOwnerKeys implements OwnerKeys {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;
  readonly #reader: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner, reader: Runner) {
    this.#queries = queries;
    this.#writer = writer;
    this.#reader = reader;
  }

  async add(key: OwnerKey, untilMs: number, nowMs: number): Promise<void> {
    const expired = this.#queries.deleteFrom('owner_keys').where('until_ms', '<=', nowMs);
    const added = this.#queries.insertInto('owner_keys').values({ ...key, until_ms: untilMs });
    await change(this.#writer, [expired.compile(), added.compile()]);
  }

  async has({ kind, hash }: OwnerKey, nowMs: number): Promise<boolean> {
    const query = this.#queries
      .selectFrom('owner_keys')
      .select('kind')
      .where('hash', '=', hash)
      .where('kind', '=', kind)
      .where('until_ms', '>', nowMs);
    return (await rowsOf(this.#reader, query.compile())).length > 0;
  }

  async remove({ kind, hash }: OwnerKey, nowMs: number): Promise<boolean> {
    const query = this.#queries
      .deleteFrom('owner_keys')
      .where('hash', '=', hash)
      .where('kind', '=', kind)
      .where('until_ms', '>', nowMs);
    const [removed] = await change(this.#writer, [query.compile()]);
    return removed === 1;
  }

  async removeAll(): Promise<void> {
    await change(this.#writer, [this.#queries.deleteFrom('owner_keys').compile()]);
  }
}
