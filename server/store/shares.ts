// Links that show a colleague what was read. Only the hash of a link's token is stored.
import type { Kysely } from 'kysely';
import { change, rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

/** Times are epoch milliseconds. */
export interface Share {
  readonly id: string;
  /** For whom it is, in the owner's words. */
  readonly label: string | null;
  /** Shows only what was read of pages below this path, which ends with a slash; null: everything. */
  readonly pages: string | null;
  readonly createdMs: number;
  readonly untilMs: number;
  readonly revokedMs: number | null;
  /** Null: never. */
  readonly lastUsedMs: number | null;
}

export type NewShare = Omit<Share, 'revokedMs' | 'lastUsedMs'> & { readonly hash: string };

export interface Shares {
  add(share: NewShare): Promise<void>;
  /** Also one that is revoked or has expired. Undefined: there is none, or it ended long ago. */
  find(hash: string): Promise<Share | undefined>;
  /** All that aren't revoked, the newest first. */
  list(): Promise<readonly Share[]>;
  /** Resolves with whether it was there, and not revoked. */
  revoke(id: string, atMs: number): Promise<boolean>;
  setUsed(id: string, atMs: number): Promise<void>;
}

export class SqlShares implements Shares {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;
  readonly #reader: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner, reader: Runner) {
    this.#queries = queries;
    this.#writer = writer;
    this.#reader = reader;
  }

  async add({ id, hash, label, pages, createdMs, untilMs }: NewShare): Promise<void> {
    const added = this.#queries
      .insertInto('shares')
      .values({ id, hash, label, pages, created_ms: createdMs, until_ms: untilMs });
    await change(this.#writer, [added.compile()]);
  }

  async find(hash: string): Promise<Share | undefined> {
    const query = this.#queries.selectFrom('shares').selectAll().where('hash', '=', hash);
    const [row] = await rowsOf(this.#reader, query.compile());
    return row && toShare(row);
  }

  async list(): Promise<readonly Share[]> {
    const query = this.#queries
      .selectFrom('shares')
      .selectAll()
      .where('revoked_ms', 'is', null)
      .orderBy('created_ms', 'desc')
      .orderBy('id');
    return (await rowsOf(this.#reader, query.compile())).map(toShare);
  }

  async revoke(id: string, atMs: number): Promise<boolean> {
    const query = this.#queries
      .updateTable('shares')
      .set({ revoked_ms: atMs })
      .where('id', '=', id)
      .where('revoked_ms', 'is', null);
    const [revoked] = await change(this.#writer, [query.compile()]);
    return revoked === 1;
  }

  async setUsed(id: string, atMs: number): Promise<void> {
    const query = this.#queries.updateTable('shares').set({ last_used_ms: atMs }).where('id', '=', id);
    await change(this.#writer, [query.compile()]);
  }
}

function toShare(row: Tables['shares']): Share {
  return {
    id: row.id,
    label: row.label,
    pages: row.pages,
    createdMs: row.created_ms,
    untilMs: row.until_ms,
    revokedMs: row.revoked_ms,
    lastUsedMs: row.last_used_ms,
  };
}
