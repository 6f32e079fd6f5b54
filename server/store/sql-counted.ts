// Loads what was counted of sessions (totals-schema.ts).
import type { Kysely } from 'kysely';
import type { Contribution, PagePart, SlotPart } from './contribution.ts';
import { rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';
import { pagesOfRows } from './sql-pages-of-rows.ts';

export interface Counted {
  readonly readerId: string;
  readonly revision: number;
  readonly contribution: Contribution;
}

/** By session. */
export async function loadCounted(
  queries: Kysely<Tables>,
  reader: Runner,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Counted>> {
  const query = queries.selectFrom('counted_sessions').selectAll().where('session_id', 'in', ids);
  const rows = await rowsOf(reader, query.compile());
  const parts = new Map(
    rows.map((row) => [
      row.session_id,
      { row, pages: new Map<string, PagePart>(), slots: new Map<number, SlotPart>() },
    ]),
  );
  const pages = pagesOfRows<Tables['counted_pages'], string>(
    reader,
    [...parts.keys()],
    (row) => row.page_id,
    (which) => {
      const all = queries.selectFrom('counted_pages').selectAll().where('session_id', 'in', which.sessions);
      const some = 'after' in which ? all.where('page_id', '>', which.after) : all;
      return some.orderBy('session_id').orderBy('page_id').limit(which.limit).compile();
    },
  );
  for await (const some of pages)
    for (const { session_id: id, page_id: page, reading_ms: readingMs, last_ms: lastMs } of some)
      if (readingMs > 0) parts.get(id)?.pages.set(page, { readingMs, lastMs });
  const slots = pagesOfRows<Tables['counted_slots'], number>(
    reader,
    [...parts.keys()],
    ({ slot }) => slot,
    (which) => {
      const all = queries.selectFrom('counted_slots').selectAll().where('session_id', 'in', which.sessions);
      const some = 'after' in which ? all.where('slot', '>', which.after) : all;
      return some.orderBy('session_id').orderBy('slot').limit(which.limit).compile();
    },
  );
  for await (const some of slots)
    for (const { session_id: id, slot, reading_ms: readingMs, visits } of some)
      if (readingMs > 0 || visits > 0) parts.get(id)?.slots.set(slot, { readingMs, visits });
  return new Map(
    [...parts].map(([id, { row, ...its }]) => {
      const { counted_as: countedAs, reading_ms: readingMs, visits, last_ms: lastMs, start_slot: startSlot } = row;
      const session = { countedAs, readingMs, visits, lastMs, startSlot };
      return [id, { readerId: row.reader_id, revision: row.revision, contribution: { session, ...its } }];
    }),
  );
}
