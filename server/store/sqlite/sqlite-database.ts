// The connections of a SQLite store.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Database, SessionKey } from '../database.ts';
import type { Answer, Runner, Statement } from '../runner.ts';
import type { Access, Recorded, Sighting } from '../session-store.ts';
import { configureConnection } from './connection.ts';
import { FIND_ACCESS, toAccess } from './find-access.ts';
import { SqliteThread } from './sqlite-thread.ts';

export class SqliteDatabase implements Database {
  readonly #file: string;
  readonly #writing: SqliteThread;
  readonly #lookup: DatabaseSync;
  readonly #findAccess: StatementSync;
  #reading: SqliteThread | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#writing = new SqliteThread({ file, isReadOnly: false });
    this.#lookup = new DatabaseSync(file, { readOnly: true });
    configureConnection(this.#lookup, true);
    this.#findAccess = this.#lookup.prepare(FIND_ACCESS);
  }

  readonly writer: Runner = {
    run: (statements: readonly Statement[]): Promise<readonly Answer[]> => this.#writing.call('run', statements),
  };

  readonly reader: Runner = {
    run: (statements: readonly Statement[]): Promise<readonly Answer[]> => {
      this.#reading ??= new SqliteThread({ file: this.#file, isReadOnly: true });
      return this.#reading.call('run', statements);
    },
  };

  record(sightings: readonly Sighting[]): Promise<readonly Recorded[]> {
    return this.#writing.call('record', sightings);
  }

  addConsumer(name: string, hasHistory: boolean): Promise<void> {
    return this.#writing.call('addConsumer', name, hasHistory);
  }

  sessionKey(sessionId: string): SessionKey {
    return { session_id: sessionId };
  }

  lockSessions(): readonly Statement[] {
    return [];
  }

  scrub(): Promise<boolean> {
    return this.#writing.call('scrub');
  }

  async findAccess(id: string): Promise<Access | undefined> {
    return toAccess(this.#findAccess.get(id));
  }

  async close(): Promise<void> {
    this.#lookup.close();
    await this.#reading?.close();
    await this.#writing.close();
  }
}
