// Statements about many rows at once. Kysely takes long to compile them, so the text for a number of rows is kept.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Statement } from './runner.ts';
import type { Tables } from './schema.ts';

export type Row = Readonly<Record<string, string | number | null>>;

/** How many rows a statement can have: few numbers, so that few texts are kept. */
const SIZES = [64, 16, 4, 1];

export class SqlRows {
  readonly #queries: Kysely<Tables>;
  readonly #texts = new Map<string, string>();

  constructor(queries: Kysely<Tables>) {
    this.#queries = queries;
  }

  /**
   * Statements that together have all rows.
   * @param name of what they do: the same only for the same text.
   * @param compile makes one of them. `values` is the list of its rows, and can be a table or what is inserted.
   */
  statements(
    name: string,
    rows: readonly Row[],
    compile: (columns: readonly string[], values: RawBuilder<unknown>) => RawBuilder<unknown>,
  ): readonly (Statement & { readonly rows: number })[] {
    const columns = Object.keys(rows[0] ?? {});
    const statements: (Statement & { readonly rows: number })[] = [];
    for (let from = 0; from < rows.length;) {
      const size = SIZES.find((one) => one <= rows.length - from) ?? 1;
      const some = rows.slice(from, from + size);
      from += size;
      const parameters = some.flatMap((row) => columns.map((column) => row[column]));
      const key = `${name} ${size} ${columns.join(' ')}`;
      const text = this.#texts.get(key) ?? compile(columns, valuesOf(some, columns)).compile(this.#queries).sql;
      this.#texts.set(key, text);
      statements.push({ sql: text, parameters, rows: size });
    }
    return statements;
  }
}

/** The types are told by the first row: PostgreSQL would take parameters for text. */
function valuesOf(rows: readonly Row[], columns: readonly string[]): RawBuilder<unknown> {
  const valueOf = (row: Row, column: string, nth: number): RawBuilder<unknown> => {
    const value = row[column];
    if (nth > 0) return sql`${value}`;
    return typeof value === 'string' ? sql`CAST(${value} AS text)` : sql`CAST(${value} AS bigint)`;
  };
  const lists = rows.map((row, nth) => sql`(${sql.join(columns.map((column) => valueOf(row, column, nth)))})`);
  return sql`VALUES ${sql.join(lists)}`;
}
