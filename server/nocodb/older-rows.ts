// The rows of the table that the mirror didn't write: those of the original script, or a person's. They have no key.
import type { Notes } from '../store/notes.ts';
import { NocoClient, type NocoConfig } from './client.ts';
import type { FieldName } from './fields.ts';
import { RequestBudget } from './request-budget.ts';
import type { NocoResult } from './response.ts';
import type { Fields } from './schemas.ts';
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
  const { found } = valueOf(await inspectTable(client, config.table, await readTableIds(notes, config.table)));
  if (!found) throw new Error(`NocoDB has no table ${config.table}. Run: stillhere nocodb setup`);
  const key: FieldName = 'sessionId';
  const records = valueOf(await client.listWithout(found.id, found.fields.find(({ title }) => title === key)?.id));
  return records.flatMap(({ id, fields }) => {
    const email = textOf(fields, 'emailOfAccessor');
    const startMs = timeOf(fields, 'sessionStartTime');
    return email === '' || startMs === null
      ? []
      : [{ id: String(id), email, startMs, endMs: timeOf(fields, 'sessionEndTime') }];
  });
}

function valueOf<T>(result: NocoResult<T>): T {
  if (result.type === 'ok') return result.value;
  throw new Error(`NocoDB can't be read: ${result.message}`);
}

function textOf(fields: Fields, name: FieldName): string {
  const value = fields[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** Epoch milliseconds; null where it shows no time. Without a zone it is UTC, as in NocoDB's own answers. */
function timeOf(fields: Fields, name: FieldName): number | null {
  const text = textOf(fields, name);
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const ms = Date.parse(hasZone ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : ms;
}
