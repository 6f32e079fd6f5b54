// The tables that a copy of a store has, as they are in the SQLite file.
import { sql, type Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** Not who does a job at the moment. */
type Copied = Exclude<keyof Tables, 'leases'>;

/** Those that others refer to come first, and the notes before all: they say which store it is. */
const COPIED: Readonly<Record<Copied, true>> = {
  notes: true,
  sessions: true,
  spans: true,
  stretches: true,
  consumers: true,
  outbox: true,
  told: true,
  owner_keys: true,
  shares: true,
  blocked_readers: true,
  refused_addresses: true,
  invitations: true,
  codes: true,
  counted_sessions: true,
  counted_pages: true,
  counted_slots: true,
  uncounted_sessions: true,
  excluded_readers: true,
  reader_totals: true,
  page_totals: true,
  reader_page_totals: true,
  slot_totals: true,
  refused_slots: true,
  slot_readers: true,
  reader_buckets: true,
  page_buckets: true,
  slot_buckets: true,
};
export const COPIED_TABLES = Object.keys(COPIED) as readonly Copied[];

export interface CopiedTable {
  readonly name: Copied;
  /** Of the primary key, in its order. */
  readonly key: readonly string[];
  /** All but generated ones. */
  readonly columns: readonly string[];
}

/** @param source a store in SQLite. */
export async function describeTables(source: Kysely<Tables>): Promise<readonly CopiedTable[]> {
  const tables: CopiedTable[] = [];
  for (const name of COPIED_TABLES) {
    const query = sql<{ name: string; pk: number }>`SELECT name, pk FROM pragma_table_info(${name}) ORDER BY cid`;
    const { rows } = await query.execute(source);
    const key = rows.filter(({ pk }) => pk > 0).toSorted((one, other) => one.pk - other.pk);
    tables.push({ name, key: key.map((column) => column.name), columns: rows.map((column) => column.name) });
  }
  return tables;
}
