// Checks that a store keeps what it promises, beside its server if that runs. Changes nothing.
import { sql, type Kysely } from 'kysely';
import { columnList } from '../column-list.ts';
import { readCopyMark } from '../copy-mark.ts';
import { openReadOnly } from '../read-only.ts';
import type { Tables } from '../schema.ts';
import { checkSessions } from './check-sessions.ts';
import { EXPECTED_TOTALS, type ExpectedTotals } from './expected-totals.ts';

/** Of one kind. */
const MOST_FAULTS = 100;

export interface CheckedStore {
  /** Each begins with `ok`, `WRONG` or `note`, like those of `nocodb check`. */
  readonly lines: readonly string[];
  readonly isWell: boolean;
}

/** @throws StoreError if there is no store at `url`, or if it can't be read. */
export async function checkStore(url: string): Promise<CheckedStore> {
  const store = await openReadOnly(url);
  try {
    const mark = await readCopyMark(store.db);
    const lines = [
      ...(mark === undefined ? [] : [`note     it is a copy that nothing has opened yet: ${mark.split(' ')[0]}`]),
      ...(store.isPostgres ? [] : await checkFile(store.db)),
    ];
    const faults: string[] = [];
    let more = 0;
    const { sessions, spans, uncounted } = await checkSessions(store, (ref, fault) => {
      if (faults.length < MOST_FAULTS) faults.push(`WRONG    session ${ref}: ${fault}`);
      else more++;
    });
    lines.push(...faults, ...(more > 0 ? [`WRONG    ${more} more faults of sessions`] : []));
    if (faults.length === 0) lines.push(`ok       ${sessions} sessions with ${spans} spans`);
    if (uncounted > 0) lines.push(`note     ${uncounted} sessions are to be counted, which the server does`);
    for (const expected of EXPECTED_TOTALS) lines.push(await checkTotals(store.db, expected));
    return { lines, isWell: !lines.some((line) => line.startsWith('WRONG')) };
  } finally {
    await store.close();
  }
}

async function checkFile(db: Kysely<Tables>): Promise<readonly string[]> {
  const checks = sql<{ integrity_check: string }>`PRAGMA integrity_check(${sql.lit(MOST_FAULTS)})`;
  const found = (await checks.execute(db)).rows.map((row) => row.integrity_check);
  const orphans = await sql<{ table: string }>`PRAGMA foreign_key_check`.execute(db);
  const count = Map.groupBy(orphans.rows, ({ table }) => table);
  return [
    ...(found.length === 1 && found[0] === 'ok'
      ? ['ok       the file']
      : found.map((fault) => `WRONG    the file: ${fault}`)),
    ...[...count].map(([table, rows]) => `WRONG    ${rows.length} rows of ${table} belong to no session`),
    ...(count.size === 0 ? ['ok       all rows of sessions belong to one'] : []),
  ];
}

/** In one statement, so that a session that is counted meanwhile is in both or in neither. */
async function checkTotals(db: Kysely<Tables>, { table, key, sums, query }: ExpectedTotals): Promise<string> {
  const columns = (sign: 1 | -1) =>
    sql`${columnList(key)}, ${sql.join(sums.map((sum) => sql`${sql.lit(sign)} * ${sql.ref(sum)} AS ${sql.ref(sum)}`))}`;
  const differs = sums.map((column) => sql`sum(${sql.ref(column)}) <> 0`);
  const { rows } = await sql<{ wrong: number }>`SELECT count(*) AS wrong FROM (
    SELECT ${columnList(key)} FROM (
      SELECT ${columns(1)} FROM ${sql.table(table)} UNION ALL SELECT ${columns(-1)} FROM (${sql.raw(query)}) AS wanted
    ) AS compared GROUP BY ${columnList(key)} HAVING ${sql.join(differs, sql` OR `)}) AS differing`.execute(db);
  const wrong = rows[0]?.wrong ?? 0;
  return wrong === 0
    ? `ok       ${table}: the sums of what was counted`
    : `WRONG    ${table}: ${wrong} rows are not the sums of what was counted`;
}
