// Whether a store that was killed is intact: its load's spans, and the database's own checks of its files.
import { deepEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { SPANS, type Load } from '../helpers/load.ts';
import { findPrograms } from '../helpers/postgres-cluster.ts';

/** @throws if an acknowledged span is missing or too short, or if an answer was neither a receipt nor a 503 that says when to try again. */
export async function checkLoad(load: Load): Promise<void> {
  deepEqual(await load.findLost(), []);
  deepEqual(load.acknowledged.size, SPANS);
  const others = [...load.refusals.keys()].filter((refusal) => !/^503, Retry-After: \d+$/.test(refusal));
  deepEqual(others, []);
}

/** Says how many requests got no answer so far, and why. */
export function sayUnanswered({ unanswered }: Load, say: (text: string) => void): void {
  for (const [reason, count] of unanswered) say(`${count} requests without an answer: ${reason}`);
}

/** Checks all pages and indexes. */
export function checkSqlite(storeUrl: string): void {
  const database = new DatabaseSync(storeUrl.replace('file:', ''));
  try {
    deepEqual(
      database
        .prepare('PRAGMA integrity_check')
        .all()
        .map((row) => row['integrity_check']),
      ['ok'],
    );
  } finally {
    database.close();
  }
}

/**
 * Checks all tables and indexes, and that each row is in its indexes (https://www.postgresql.org/docs/15/app-pgamcheck.html).
 * @param isStandby its extensions are the primary's.
 */
export async function checkPostgres(url: string, isStandby = false): Promise<void> {
  const { hostname, port, username, pathname } = new URL(url);
  const place = ['-h', hostname, '-p', port, '-U', username, '-d', pathname.slice(1)];
  const install = isStandby ? [] : ['--install-missing'];
  // It prints what it finds, and then ends with 2.
  const program = join(await findPrograms(), 'pg_amcheck');
  const { stdout } = await promisify(execFile)(program, [...place, ...install, '--heapallindexed']);
  deepEqual(stdout, '');
}
