// How a store runs the statements that Kysely compiles, whatever the database.
import type { CompiledQuery } from 'kysely';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** How many rows it must change. Otherwise nothing of its transaction happens, and it fails with {@link OUTDATED}. */
  readonly mustChange?: number;
}

/** The code of the error of a transaction that was based on rows that have changed since. */
export const OUTDATED = 'OUTDATED';

export interface Answer {
  readonly rows: readonly object[];
  /** Number of rows that the statement inserted, updated or deleted. */
  readonly changes: number;
}

export interface Runner {
  /** Runs the statements in one transaction, and returns their answers in order. */
  run(statements: readonly Statement[]): Promise<readonly Answer[]>;
}

/** Without what else Kysely knows of a query, which would be copied to another thread. */
export function toStatement({ sql, parameters, mustChange }: Statement): Statement {
  return mustChange === undefined ? { sql, parameters } : { sql, parameters, mustChange };
}

/** The rows of one query. */
export async function rowsOf<Row>(runner: Runner, query: CompiledQuery<Row>): Promise<readonly Row[]> {
  const [answer] = await runner.run([toStatement(query)]);
  return (answer?.rows ?? []) as readonly Row[];
}

/** Runs statements that return no rows. @returns the number of rows that each changed. */
export async function change(runner: Runner, queries: readonly CompiledQuery[]): Promise<readonly number[]> {
  const answers = await runner.run(queries.map(toStatement));
  return answers.map(({ changes }) => changes);
}
