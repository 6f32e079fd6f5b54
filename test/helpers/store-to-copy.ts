// A small store in a file, and an empty database to copy it to.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { copyStore, type StoreCopy, type TableCopy } from '../../server/store/copy/copy-store.ts';
import { openStore } from '../../server/store/open-store.ts';
import { prepareFile } from '../../server/store/sqlite/open.ts';
import type { Postgres } from './postgres.ts';
import { NOW } from './store-contract.ts';

interface Copied extends StoreCopy {
  readonly tables: ReadonlyMap<string, TableCopy>;
}

export class StoreToCopy {
  readonly file: string;
  /** The URL of the database. */
  readonly to: string;

  constructor(file: string, to: string) {
    this.file = file;
    this.to = to;
  }

  /** @param to by default an empty database. */
  static async make(postgres: Postgres, to?: string): Promise<StoreToCopy> {
    const file = join(await mkdtemp(join(tmpdir(), 'stillhere-copy-')), 'stillhere.db');
    await prepareFile(file);
    return new StoreToCopy(file, to ?? (await postgres.createDatabase()));
  }

  get from(): string {
    return `file:${this.file}`;
  }

  /** By hand, in the file. */
  change(sql: string): void {
    const database = new DatabaseSync(this.file);
    database.exec(sql);
    database.close();
  }

  /** With one span, and counted. */
  async makeSession(id: string): Promise<void> {
    const store = await openStore(this.from);
    await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
    const span = { id: 'a', page: '/a/', startMs: NOW, endMs: NOW + 60_000, offsetMs: 0 };
    await store.record([{ session: id, receivedMs: NOW + 60_000, span }]);
    await store.totals.counting.count([id]);
    await store.close();
  }

  async copy(): Promise<Copied> {
    const tables = new Map<string, TableCopy>();
    const copied = await copyStore(this.from, this.to, (one) => void tables.set(one.table, one));
    return { ...copied, tables };
  }
}
