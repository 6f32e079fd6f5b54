// Statements about many rows: all rows are in them, in a few sizes, and each text is compiled once.
import { sql, type RawBuilder } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { SqlRows } from '../../../../server/store/sql-rows.ts';
import { sqliteQueries } from '../../../../server/store/sqlite/dialect.ts';

let rows: SqlRows;
let compiled: string[];
beforeEach(() => {
  rows = new SqlRows(sqliteQueries());
  compiled = [];
});

const insert = (columns: readonly string[], values: RawBuilder<unknown>): RawBuilder<unknown> => {
  compiled.push(columns.join(' '));
  return sql`INSERT INTO some (${sql.join(columns.map((column) => sql.ref(column)))}) ${values}`;
};
const some = (count: number) => Array.from({ length: count }, (_, nth) => ({ id: `${nth}`, sum: nth }));

it('a statement names each column, and tells its types by the first row', () => {
  // Four rows at once are the smallest statement of several.
  const [statement, ...others] = rows.statements('add', some(4), insert);
  expect(others).toEqual([]);
  expect(statement).toEqual({
    sql: 'INSERT INTO some ("id", "sum") VALUES (CAST(? AS text), CAST(? AS bigint)), (?, ?), (?, ?), (?, ?)',
    parameters: ['0', 0, '1', 1, '2', 2, '3', 3],
    rows: 4,
  });
});

it.for([
  [0, []],
  [1, [1]],
  [3, [1, 1, 1]],
  [5, [4, 1]],
  [63, [16, 16, 16, 4, 4, 4, 1, 1, 1]],
  [64, [64]],
  [150, [64, 64, 16, 4, 1, 1]],
] as const)('%i rows are %j, in order', ([count, sizes]) => {
  const statements = rows.statements('add', some(count), insert);
  expect(statements.map((one) => one.rows)).toEqual(sizes);
  expect(statements.flatMap(({ parameters }) => parameters)).toEqual(some(count).flatMap(({ id, sum }) => [id, sum]));
});

it('a text is compiled once for each name, size and list of columns', () => {
  const first = rows.statements('add', some(9), insert);
  expect(compiled).toEqual(['id sum', 'id sum']);
  expect(rows.statements('add', some(9), insert)).toEqual(first);
  expect(compiled).toHaveLength(2);
  rows.statements('change', some(1), insert);
  rows.statements('add', [{ id: '1', idle: null }], insert);
  rows.statements('add', [{ i: '1', didle: null }], insert);
  expect(compiled.slice(2)).toEqual(['id sum', 'id idle', 'i didle']);
});
