// What several servers share in PostgreSQL: numbers in a table that is neither synchronized nor restored after a crash.
import type { Answer, Statement } from '../runner.ts';
import type { Shared } from '../shared.ts';

/** The row that counts changes. Keys of limits have a colon in them. */
const CHANGES = 'changes';

/** `points` is an integer of 32 bits. */
const TELL_CHANGE = `INSERT INTO shared_counters (key, points) VALUES ($1, 1)
  ON CONFLICT (key) DO UPDATE SET points = (shared_counters.points + 1) % 1000000000 RETURNING points`;
const COUNT_CHANGES = 'SELECT points FROM shared_counters WHERE key = $1';

/** @param run a single statement. */
export function sharedInPostgres(run: (statement: Statement) => Promise<Answer>): Shared {
  const readPoints = async (sql: string): Promise<number> => {
    const { rows } = await run({ sql, parameters: [CHANGES] });
    const [row] = rows as readonly { readonly points: number }[];
    return row?.points ?? 0;
  };
  return {
    query: (sql, parameters) => run({ sql, parameters }),
    tellChange: () => readPoints(TELL_CHANGE),
    countChanges: () => readPoints(COUNT_CHANGES),
  };
}
