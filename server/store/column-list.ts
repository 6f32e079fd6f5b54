// A list of columns in SQL.
import { sql, type RawBuilder } from 'kysely';

export function columnList(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql.ref(column)));
}
