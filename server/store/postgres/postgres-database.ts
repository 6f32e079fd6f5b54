// The connections of a store in PostgreSQL, and what a store does with them.
import { bucketOf } from '../bucket.ts';
import type { Database, SessionKey } from '../database.ts';
import { OUTDATED, type Answer, type Runner, type Statement } from '../runner.ts';
import type { Access, Recorded, Sighting } from '../session-store.ts';
import type { Shared } from '../shared.ts';
import { openPool, type Pool, type PoolClient } from './pool.ts';
import { recordBatch } from './postgres-recorder.ts';
import { recordByBucket } from './record-by-bucket.ts';
import { sharedInPostgres } from './postgres-shared.ts';
import { inTransaction, onOne } from './transaction.ts';

/** Batches come one at a time; the others are for readers' access, the outbox and jobs. */
const MOST_WRITING = 6;
const MOST_READING = 4;

/** As weak as the purpose allows, so that nobody waits who need not. */
const STRENGTHS = { stay: 'KEY SHARE', change: 'NO KEY UPDATE', delete: 'UPDATE' } as const;

/** bucket, session */
const FIND_ACCESS = `SELECT email, identity, invitation_id AS "invitationId", access_ended_ms AS "accessEndedMs",
    access_pages AS "accessPages", EXISTS (SELECT 1 FROM blocked_readers WHERE email = sessions.email) AS "isBlocked"
  FROM sessions WHERE bucket = $1 AND id = $2`;

/** consumer */
const ADD_HISTORY = `INSERT INTO outbox (bucket, consumer, session_id, due_ms, kind)
  SELECT bucket, $1, id, coalesce(end_ms, start_ms), 'changed' FROM sessions WHERE NOT EXISTS (
    SELECT 1 FROM told WHERE consumer = $1 AND told.bucket = sessions.bucket AND session_id = sessions.id AND told.revision = sessions.revision
  ) ON CONFLICT DO NOTHING`;

export class PostgresDatabase implements Database {
  readonly #writing: Pool;
  /** Its connections can all be busy with the owner's queries. */
  readonly #reading: Pool;
  readonly shared: Shared;

  readonly #isDistributed: boolean;

  /** @param isDistributed the tables are distributed by the bucket: a statement that locks rows may ask for one bucket only. */
  constructor(url: string, isDistributed: boolean) {
    this.#isDistributed = isDistributed;
    this.#writing = openPool(url, MOST_WRITING);
    this.#reading = openPool(url, MOST_READING);
    this.shared = sharedInPostgres((statement) => onOne(this.#writing, (client) => runOne(client, statement)));
  }

  readonly writer: Runner = {
    run: (statements) => run(this.#writing, statements),
  };

  readonly reader: Runner = {
    run: (statements) =>
      onOne(this.#reading, async (client) => {
        const answers: Answer[] = [];
        for (const one of statements) answers.push(await runOne(client, one));
        return answers;
      }),
  };

  lockSessions(ids: readonly string[], reason: keyof typeof STRENGTHS): readonly Statement[] {
    const lock = (some: readonly string[], bucket?: number): Statement => ({
      sql: `SELECT sessions.id FROM unnest($1::smallint[], $2::text[]) AS asked (bucket, id)
        JOIN sessions ON sessions.bucket = asked.bucket AND sessions.id = asked.id${bucket === undefined ? '' : ' AND sessions.bucket = $3'}
        ORDER BY sessions.bucket, sessions.id FOR ${STRENGTHS[reason]} OF sessions`,
      parameters: [some.map(bucketOf), some, ...(bucket === undefined ? [] : [bucket])],
    });
    if (!this.#isDistributed) return [lock(ids)];
    const buckets = [...Map.groupBy(ids, bucketOf)].toSorted(([one], [other]) => one - other);
    return buckets.map(([bucket, some]) => lock(some, bucket));
  }

  async record(sightings: readonly Sighting[]): Promise<readonly Recorded[]> {
    if (!this.#isDistributed) return inTransaction(this.#writing, (client) => recordBatch(client, sightings));
    return recordByBucket(sightings, (some, bucket) =>
      inTransaction(this.#writing, (client) => recordBatch(client, some, bucket)),
    );
  }

  sessionKey(sessionId: string): SessionKey {
    return { bucket: bucketOf(sessionId), session_id: sessionId };
  }

  async addConsumer(name: string, hasHistory: boolean): Promise<void> {
    const find = { sql: 'SELECT 1 FROM consumers WHERE name = $1', parameters: [name] };
    const [found] = await run(this.#writing, [find]);
    if (found && found.rows.length > 0) return;
    await inTransaction(this.#writing, async (client) => {
      // Waits for transactions that have not seen the consumer, and may have made a session. Those that follow see it.
      await client.query('LOCK TABLE consumers IN ACCESS EXCLUSIVE MODE');
      const added = await client.query('INSERT INTO consumers (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
      if (added.rowCount === 1 && hasHistory) await client.query(ADD_HISTORY, [name]);
    });
  }

  /** PostgreSQL overwrites what was deleted when it vacuums a table, and its log later than that. */
  async scrub(): Promise<undefined> {
    return undefined;
  }

  async findAccess(id: string): Promise<Access | undefined> {
    const { rows } = await onOne(this.#writing, (client) => client.query<Access>(FIND_ACCESS, [bucketOf(id), id]));
    return rows[0];
  }

  async close(): Promise<void> {
    await Promise.all([this.#writing.end(), this.#reading.end()]);
  }
}

function run(pool: Pool, statements: readonly Statement[]): Promise<readonly Answer[]> {
  const [first, ...others] = statements;
  if (first && others.length === 0 && first.mustChange === undefined)
    return onOne(pool, async (client) => [await runOne(client, first)]);
  return inTransaction(pool, async (client) => {
    const answers: Answer[] = [];
    for (const one of statements) answers.push(await runOne(client, one));
    return answers;
  });
}

async function runOne(client: PoolClient, { sql, parameters, mustChange }: Statement): Promise<Answer> {
  const { command, rowCount, rows } = await client.query<object>(sql, [...parameters]);
  const changes = command === 'SELECT' ? 0 : (rowCount ?? 0);
  if (mustChange !== undefined && changes !== mustChange)
    throw Object.assign(new Error('The rows have changed meanwhile'), { code: OUTDATED });
  return { rows, changes };
}
