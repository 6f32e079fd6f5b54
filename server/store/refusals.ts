// Tries at the gate that were refused: how many, by quarter of an hour, and with which addresses.
import { sql, type CompiledQuery, type Kysely } from 'kysely';
import { change, rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

export interface Refusals {
  /**
   * Adds to what is there. Forgets addresses that were not tried for {@link REMEMBERED_MS}, and all but the latest.
   * @param counts by quarter of an hour (time-slots.ts).
   */
  add(counts: ReadonlyMap<number, number>, tried: readonly RefusedAddress[], nowMs: number): Promise<void>;
  /** The latest first, at most {@link MOST_ADDRESSES}. */
  listAddresses(): Promise<readonly RefusedAddress[]>;
}

/** An address that was refused. Times are epoch milliseconds. */
export interface RefusedAddress {
  readonly email: string;
  readonly tries: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export const REMEMBERED_MS = 30 * 86_400_000;

/** Anybody can have addresses refused, so their number is bounded. */
export const MOST_ADDRESSES = 1_000;

export class SqlRefusals implements Refusals {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;
  readonly #reader: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner, reader: Runner) {
    this.#queries = queries;
    this.#writer = writer;
    this.#reader = reader;
  }

  async add(counts: ReadonlyMap<number, number>, tried: readonly RefusedAddress[], nowMs: number): Promise<void> {
    const counted = [...counts].map(([slot, refused]) =>
      this.#queries
        .insertInto('refused_slots')
        .values({ slot, refused })
        .onConflict((conflict) =>
          conflict.column('slot').doUpdateSet({ refused: sql`refused_slots.refused + excluded.refused` }),
        )
        .compile(),
    );
    const noted = tried.map((address) => this.#note(address).compile());
    const statements = [...counted, ...noted, ...(noted.length > 0 ? this.#forget(nowMs) : [])];
    if (statements.length > 0) await change(this.#writer, statements);
  }

  async listAddresses(): Promise<readonly RefusedAddress[]> {
    const query = this.#queries
      .selectFrom('refused_addresses')
      .selectAll()
      .orderBy('last_ms', 'desc')
      .orderBy('email')
      .limit(MOST_ADDRESSES);
    const rows = await rowsOf(this.#reader, query.compile());
    return rows.map(toRefusedAddress);
  }

  #note({ email, tries, firstMs, lastMs }: RefusedAddress) {
    return this.#queries
      .insertInto('refused_addresses')
      .values({ email, tries, first_ms: firstMs, last_ms: lastMs })
      .onConflict((conflict) =>
        conflict.column('email').doUpdateSet({
          tries: sql`refused_addresses.tries + excluded.tries`,
          last_ms: sql`CASE WHEN excluded.last_ms > refused_addresses.last_ms THEN excluded.last_ms
            ELSE refused_addresses.last_ms END`,
        }),
      );
  }

  #forget(nowMs: number): readonly CompiledQuery[] {
    const addresses = this.#queries.selectFrom('refused_addresses').select('email');
    const kept = addresses.orderBy('last_ms', 'desc').orderBy('email').limit(MOST_ADDRESSES);
    return [
      this.#queries
        .deleteFrom('refused_addresses')
        .where('last_ms', '<', nowMs - REMEMBERED_MS)
        .compile(),
      this.#queries.deleteFrom('refused_addresses').where('email', 'not in', kept).compile(),
    ];
  }
}

export function toRefusedAddress(row: Tables['refused_addresses']): RefusedAddress {
  return { email: row.email, tries: row.tries, firstMs: row.first_ms, lastMs: row.last_ms };
}
