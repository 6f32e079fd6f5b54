// The rows of the table that the mirror didn't write: those of the original script, or a person's. They have no key.
import type { Notes } from '../store/notes.ts';
import { NocoClient, type NocoConfig } from './client.ts';
import { parseTime } from './columns.ts';
import type { FieldName } from './fields.ts';
import { RequestBudget } from './request-budget.ts';
import type { NocoResult } from './response.ts';
import type { Fields, NocoField } from './schemas.ts';
import { inspectTable } from './table.ts';
import { readTableIds } from './table-ids.ts';

export interface OlderRow {
  /** NocoDB's id of the row. */
  readonly id: string;
  readonly email: string;
  readonly startMs: number;
  /** Null: the row has none. */
  readonly endMs: number | null;
}

/**
 * Rows without an address or a start are left out. One request per 1,000 rows, taken from the configured limits.
 * @throws Error if NocoDB can't be read.
 */
export async function listOlderRows(config: NocoConfig, notes: Notes): Promise<readonly OlderRow[]> {
  const budget = new RequestBudget(notes, config.requestsPerMonth, Date.now);
  const client = new NocoClient(config, budget, new AbortController().signal);
  const known = await readTableIds(notes, config.table);
  const { found } = valueOf(await inspectTable(client, config.table, known));
  if (!found) throw new Error(`NocoDB has no table ${config.table}. Run: stillhere nocodb setup`);
  /** A person may have renamed a column: its id stays. */
  const findColumn = (name: FieldName): NocoField | undefined =>
    found.fields.find(({ id }) => id === known?.columns[name]?.id) ?? found.fields.find(({ title }) => title === name);
  const textOf = (fields: Fields, name: FieldName): string => {
    const value = fields[findColumn(name)?.title ?? name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const timeOf = (fields: Fields, name: FieldName): number | null => {
    const ms = parseTime(textOf(fields, name));
    return Number.isNaN(ms) ? null : ms;
  };
  const records = valueOf(await client.listWithout(found.id, findColumn('sessionId')?.id));
  return records.flatMap(({ id, fields }) => {
    const email = textOf(fields, 'emailOfAccessor');
    const startMs = timeOf(fields, 'sessionStartTime');
    return email === '' || startMs === null
      ? []
      : [{ id: String(id), email, startMs, endMs: timeOf(fields, 'sessionEndTime') }];
  });
}

/** Finds the rows with an address among them, by their ids. */
export function findRowsIn(
  config: NocoConfig,
  { notes }: { readonly notes: Notes },
): (email: string) => Promise<readonly string[]> {
  return async (email) =>
    (await listOlderRows(config, notes)).filter((row) => row.email.toLowerCase() === email).map(({ id }) => id);
}

function valueOf<T>(result: NocoResult<T>): T {
  if (result.type === 'ok') return result.value;
  throw new Error(`NocoDB can't be read: ${result.message}`);
}
