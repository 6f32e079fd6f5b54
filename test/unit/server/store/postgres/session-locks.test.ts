// Which rows a transaction locks before it changes sessions, where the tables are distributed and where they aren't.
import { expect, it } from 'vitest';
import { bucketOf } from '../../../../../server/store/bucket.ts';
import { PostgresDatabase } from '../../../../../server/store/postgres/postgres-database.ts';

/** Nothing connects to it. */
const NOWHERE = 'postgres://nobody@127.0.0.1:1/nowhere';
const IDS = Array.from({ length: 60 }, (_, nth) => `session${nth}`);

it('locks all sessions in one statement', () => {
  const locks = new PostgresDatabase(NOWHERE, false).lockSessions(IDS, 'change');
  expect(locks.map(({ parameters }) => parameters)).toEqual([[IDS.map(bucketOf), IDS]]);
});

it('locks the sessions of each bucket in a statement of its own where they are distributed, in the order of the buckets', () => {
  const locks = new PostgresDatabase(NOWHERE, true).lockSessions(IDS, 'change');
  const buckets = locks.map(({ parameters }) => parameters[2] as number);
  expect(buckets).toEqual([...new Set(IDS.map(bucketOf))].toSorted((one, other) => one - other));
  for (const { sql, parameters } of locks) {
    expect(sql).toContain('sessions.bucket = $3');
    expect(parameters[1]).toEqual(IDS.filter((id) => bucketOf(id) === parameters[2]));
  }
});
