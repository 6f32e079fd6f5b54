// Which pages lie below a path: those whose key (page-key.ts) begins with it. In TypeScript, and as a condition in SQL.
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { pageKey } from './page-key.ts';

/** @param prefix ends with a slash. */
export function isBelow(page: string, prefix: string): boolean {
  return pageKey(page).startsWith(prefix);
}

/** The same for a column of names. A name with an ending in capitals, like `/report.HTML`, is not found. */
export function isNameBelow(name: RawBuilder<string>, prefix: string): RawBuilder<SqlBool> {
  const page = prefix.slice(0, -1);
  const beginsWith = (start: string) => sql<SqlBool>`substr(${name}, 1, ${start.length}) = ${start}`;
  const names = ['', '.html', '.htm', '.xhtml'].map((ending) => page + ending);
  const conditions = [
    beginsWith(prefix),
    sql<SqlBool>`${name} IN (${sql.join(names)})`,
    ...names.flatMap((one) => [beginsWith(`${one}?`), beginsWith(`${one}#`)]),
  ];
  return sql<SqlBool>`(${sql.join(conditions, sql` OR `)})`;
}
