// How a store runs the statements that Kysely compiles, whatever the database.
import type { CompiledQuery } from 'kysely';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface Answer {
  readonly rows: readonly object[];
  /** Number of rows that the statement inserted, updated or deleted. */
  readonly changes: number;
}

export interface Runner {
  /** Runs the statements in one transaction, and returns their answers in order. */
  run(statements: readonly Statement[]): Promise<readonly Answer[]>;
}

/** The rows of one query. */
export async function rowsOf<Row>(runner: Runner, { sql, parameters }: CompiledQuery<Row>): Promise<readonly Row[]> {
  const [answer] = await runner.run([{ sql, parameters }]);
  return (answer?.rows ?? []) as readonly Row[];
}

/** Runs statements that return no rows. @returns the number of rows that each changed. */
export async function change(runner: Runner, queries: readonly CompiledQuery[]): Promise<readonly number[]> {
  const answers = await runner.run(queries.map(({ sql, parameters }) => ({ sql, parameters })));
  return answers.map(({ changes }) => changes);
}
