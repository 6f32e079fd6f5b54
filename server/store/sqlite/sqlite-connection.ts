// A connection to SQLite, and what a store does with it. Synchronous: thread.ts runs it outside the server's thread.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { OUTDATED, type Answer, type Statement } from '../runner.ts';
import type { Recorded, Sighting } from '../session-store.ts';
import { configureConnection } from './connection.ts';
import { SqliteRecorder } from './sqlite-recorder.ts';
import { inTransaction } from './transaction.ts';

/** SQLite's default for automatic checkpoints. */
const CHECKPOINT_PAGES = 1_000;
/** A change of a session and its span writes about so many pages. */
const PAGES_A_ROW = 2;
/** The store has fewer than a hundred, but those with lists differ with the length of the list. */
const MOST_PREPARED = 200;

interface Prepared {
  readonly statement: StatementSync;
  /** It returns rows. */
  readonly isReader: boolean;
}

export class SqliteConnection {
  readonly #connection: DatabaseSync;
  readonly #isReadOnly: boolean;
  #recorder: SqliteRecorder | undefined;
  /** By their SQL, the one used last at the end: preparing takes several times as long as running most of them. */
  readonly #prepared = new Map<string, Prepared>();
  /** Pages written since the last checkpoint, about. */
  #pages = 0;

  /** @param isReadOnly it can't write, and never waits for a connection that does. */
  constructor(file: string, isReadOnly: boolean) {
    this.#isReadOnly = isReadOnly;
    this.#connection = new DatabaseSync(file, { readOnly: isReadOnly });
    configureConnection(this.#connection, isReadOnly);
    // Otherwise a checkpoint is a part of a commit, and acknowledgements wait for it.
    this.#connection.exec('PRAGMA wal_autocheckpoint = 0');
  }

  /** Records all sightings in one transaction. Results are in the same order. */
  record(sightings: readonly Sighting[]): readonly Recorded[] {
    this.#pages += sightings.length * PAGES_A_ROW;
    this.#recorder ??= new SqliteRecorder(this.#connection);
    return this.#recorder.record(sightings);
  }

  /** Runs the statements in one transaction, and returns their answers in order. */
  run(statements: readonly Statement[]): readonly Answer[] {
    const runAll = (): readonly Answer[] => statements.map((one) => this.#runOne(one));
    const [first, ...others] = statements;
    const isOne = others.length === 0 && first?.mustChange === undefined;
    return this.#isReadOnly || isOne ? runAll() : inTransaction(this.#connection, runAll);
  }

  /**
   * Registers a consumer of the outbox: every later change is added to it.
   * @param hasHistory for a new consumer, add all existing sessions, too.
   */
  addConsumer(name: string, hasHistory: boolean): void {
    inTransaction(this.#connection, () => {
      const add = this.#connection.prepare('INSERT INTO consumers (name) VALUES (?) ON CONFLICT DO NOTHING');
      if (add.run(name).changes === 0 || !hasHistory) return;
      this.#connection
        .prepare(
          `INSERT INTO outbox (consumer, session_id, due_ms, kind)
           SELECT ?1, id, coalesce(end_ms, start_ms), 'changed' FROM sessions WHERE NOT EXISTS (
             SELECT 1 FROM told WHERE consumer = ?1 AND session_id = sessions.id AND told.revision = sessions.revision
           ) ON CONFLICT DO NOTHING`,
        )
        .run(name);
    });
  }

  /** Moves what was written from the log into the database, if it is much. Call it between two batches. Never throws. */
  checkpoint(): void {
    if (this.#pages < CHECKPOINT_PAGES) return;
    this.#pages = 0;
    try {
      this.#connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // Nothing is lost: it stays in the log, and the next checkpoint moves it.
    }
  }

  /** Overwrites deleted data in the files. @returns false while another connection reads what was there before. */
  scrub(): boolean {
    const [setting] = this.run([{ sql: 'PRAGMA busy_timeout', parameters: [] }]);
    const { timeout = 0 } = (setting?.rows[0] ?? {}) as { timeout?: number };
    // Deliveries would wait, too.
    this.#connection.exec('PRAGMA busy_timeout = 0');
    try {
      const [checkpoint] = this.run([{ sql: 'PRAGMA wal_checkpoint(TRUNCATE)', parameters: [] }]);
      return (checkpoint?.rows[0] as { busy: number } | undefined)?.busy === 0;
    } finally {
      this.#connection.exec(`PRAGMA busy_timeout = ${timeout}`);
    }
  }

  close(): void {
    if (!this.#isReadOnly) this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#connection.close();
  }

  #runOne({ sql, parameters, mustChange }: Statement): Answer {
    const { statement, isReader } = this.#prepare(sql);
    const values = parameters as readonly SQLInputValue[];
    if (isReader) return { rows: statement.all(...values), changes: 0 };
    const changes = Number(statement.run(...values).changes);
    if (mustChange !== undefined && changes !== mustChange)
      throw Object.assign(new Error('The rows have changed meanwhile'), { code: OUTDATED });
    this.#pages += changes * PAGES_A_ROW;
    return { rows: [], changes };
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql);
    if (prepared) {
      this.#prepared.delete(sql);
    } else {
      const statement = this.#connection.prepare(sql);
      prepared = { statement, isReader: statement.columns().length > 0 };
      const [leastRecent] = this.#prepared.keys();
      if (leastRecent !== undefined && this.#prepared.size >= MOST_PREPARED) this.#prepared.delete(leastRecent);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}
