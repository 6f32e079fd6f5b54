// What a connection does with statements, transactions and checkpoints. As a store, in its thread: test/server/store-contract.test.ts.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OUTDATED, type Statement } from '../../../../../server/store/runner.ts';
import type { Sighting } from '../../../../../server/store/session-store.ts';
import { prepareFile } from '../../../../../server/store/sqlite/open.ts';
import { SqliteConnection } from '../../../../../server/store/sqlite/sqlite-connection.ts';
import { makeMemoryFolder } from '../../../../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

let file: string;
let writer: SqliteConnection;
beforeEach(async () => {
  file = join(await makeMemoryFolder(), 'test.db');
  await prepareFile(file);
  writer = new SqliteConnection(file, false);
  run("INSERT INTO sessions (id, email, start_ms, ref) VALUES ('ann', 'ann@example.com', ?, 'a')", NOW);
});
afterEach(() => {
  vi.restoreAllMocks();
  writer.close();
});

const statement = (sql: string, ...parameters: readonly unknown[]): Statement => ({ sql, parameters });
const run = (sql: string, ...parameters: readonly unknown[]) => writer.run([statement(sql, ...parameters)]);
const note = (name: string): Statement => statement('INSERT INTO notes (name, text) VALUES (?, ?)', name, 'x');
const names = (): unknown => run('SELECT name FROM notes ORDER BY name')[0]?.rows.map((row) => ({ ...row }));
const sightings = (count: number): Sighting[] =>
  Array.from({ length: count }, (_, nth) => ({ session: 'ann', receivedMs: NOW + nth }));

describe('statements', () => {
  it('have rows or a number of changes', () => {
    expect(writer.run([note('a'), note('b'), statement('SELECT name, text FROM notes WHERE name = ?', 'b')])).toEqual([
      { rows: [], changes: 1 },
      { rows: [], changes: 1 },
      { rows: [{ name: 'b', text: 'x' }], changes: 0 },
    ]);
    expect(run("UPDATE notes SET text = 'y'")).toEqual([{ rows: [], changes: 2 }]);
    // The same statement again, with other values.
    expect(run('SELECT name FROM notes WHERE name = ?', 'a')[0]?.rows).toEqual([{ name: 'a' }]);
    expect(run('SELECT name FROM notes WHERE name = ?', 'c')[0]?.rows).toEqual([]);
    expect(writer.run([])).toEqual([]);
  });

  it('are all done or none', () => {
    expect(() => writer.run([note('a'), note('a')])).toThrow(/UNIQUE/);
    expect(names()).toEqual([]);
  });

  it('are none where one changes another number of rows than it must', () => {
    const must = (mustChange: number): Statement => ({ ...statement("UPDATE notes SET text = 'y'"), mustChange });
    const outdated = expect.objectContaining({ code: OUTDATED, message: 'The rows have changed meanwhile' }) as unknown;
    expect(() => writer.run([note('a'), must(2)])).toThrow(outdated);
    expect(names()).toEqual([]);
    expect(writer.run([note('a'), must(1)])).toEqual([
      { rows: [], changes: 1 },
      { rows: [], changes: 1 },
    ]);
    // Alone, too.
    const alone = { ...statement("UPDATE notes SET text = 'z'"), mustChange: 2 };
    expect(() => writer.run([alone])).toThrow(outdated);
    expect(run('SELECT text FROM notes')[0]?.rows).toEqual([{ text: 'y' }]);
  });

  it('are prepared once, and again only when 200 others were used since', () => {
    const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
    const first = 'SELECT 0';
    const use = (from: number, to: number): void => {
      for (let nth = from; nth <= to; nth++) run(`SELECT ${nth}`);
    };
    use(0, 100);
    run(first);
    use(101, 199);
    expect(prepare).toHaveBeenCalledTimes(200);
    // The one used longest ago is given up, which isn't the one prepared first.
    use(200, 200);
    run(first);
    use(2, 199);
    expect(prepare).toHaveBeenCalledTimes(201);
    use(1, 1);
    expect(prepare).toHaveBeenCalledTimes(202);
  });
});

describe('a connection that only reads', () => {
  it('reads what others write, but writes nothing', () => {
    const reader = new SqliteConnection(file, true);
    expect(reader.run([statement('SELECT name FROM notes'), statement('SELECT id FROM sessions')])).toEqual([
      { rows: [], changes: 0 },
      { rows: [{ id: 'ann' }], changes: 0 },
    ]);
    expect(() => reader.run([note('a')])).toThrow(/readonly/);
    reader.close();
  });

  it('does not wait for one that writes', () => {
    const reader = new SqliteConnection(file, true);
    const other = new DatabaseSync(file);
    other.exec('BEGIN EXCLUSIVE');
    const all = [statement('SELECT name FROM notes'), statement('SELECT id FROM sessions')];
    expect(reader.run(all)).toHaveLength(2);
    other.exec('ROLLBACK');
    other.close();
    reader.close();
  });
});

describe('a consumer of the outbox', () => {
  const waiting = (): unknown =>
    run('SELECT consumer, session_id, due_ms, kind FROM outbox ORDER BY consumer, session_id')[0]?.rows.map((row) => ({
      ...row,
    }));

  it('that is new is told of all sessions, when they were seen last', () => {
    run("INSERT INTO sessions (id, email, start_ms, ref) VALUES ('bob', 'bob@example.com', ?, 'b')", NOW + 1);
    writer.record(sightings(3));
    writer.addConsumer('mirror', true);
    expect(waiting()).toEqual([
      { consumer: 'mirror', session_id: 'ann', due_ms: NOW + 2, kind: 'changed' },
      { consumer: 'mirror', session_id: 'bob', due_ms: NOW + 1, kind: 'changed' },
    ]);
  });

  it('that is known is told of nothing again, and one that wants no history of nothing at all', () => {
    writer.addConsumer('late', false);
    expect(waiting()).toEqual([]);
    writer.addConsumer('late', true);
    expect(waiting()).toEqual([]);
    writer.record([{ session: 'ann', receivedMs: NOW + 5 }]);
    expect(waiting()).toEqual([{ consumer: 'late', session_id: 'ann', due_ms: NOW + 5, kind: 'changed' }]);
  });
});

it('a commit is on the disk, and waits 2 s for another process', () => {
  const settings = ['synchronous', 'journal_mode', 'busy_timeout', 'foreign_keys'];
  const values = settings.map((name) => Object.values({ ...run(`PRAGMA ${name}`)[0]?.rows[0] })[0]);
  expect(values).toEqual([2, 'wal', 2_000, 1]);
});

describe('checkpoints', () => {
  const spyOnCheckpoints = () => {
    const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
    return () => exec.mock.calls.flat().filter((sql) => sql.includes('checkpoint'));
  };

  it('are never a part of a commit', () => {
    expect(run('PRAGMA wal_autocheckpoint')[0]?.rows).toEqual([{ wal_autocheckpoint: 0 }]);
  });

  it('come once about 1,000 pages were recorded, two for each sighting, and then again', () => {
    writer.record(sightings(498));
    const checkpoints = spyOnCheckpoints();
    // With the session itself, 499 rows.
    writer.checkpoint();
    expect(checkpoints()).toEqual([]);
    writer.record(sightings(1));
    writer.checkpoint();
    expect(checkpoints()).toEqual(['PRAGMA wal_checkpoint(PASSIVE)']);
    writer.checkpoint();
    expect(checkpoints()).toHaveLength(1);
    writer.record(sightings(500));
    writer.checkpoint();
    expect(checkpoints()).toHaveLength(2);
  });

  it('come after other statements that change much, too', () => {
    const checkpoints = spyOnCheckpoints();
    for (let nth = 0; nth < 499; nth++) writer.run([note(String(nth))]);
    writer.checkpoint();
    expect(checkpoints()).toHaveLength(1);
    run("UPDATE notes SET text = 'y'");
    run('SELECT name FROM notes');
    writer.checkpoint();
    expect(checkpoints()).toHaveLength(1);
    run("UPDATE notes SET text = 'y' WHERE name = '7'");
    writer.checkpoint();
    expect(checkpoints()).toHaveLength(2);
  });

  it('that fail harm nobody', () => {
    writer.record(sightings(500));
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(() => {
      throw new Error('disk I/O error');
    });
    expect(() => writer.checkpoint()).not.toThrow();
  });

  it('empty the log at the end, also while somebody still reads', () => {
    const reader = new DatabaseSync(file, { readOnly: true });
    reader.prepare('SELECT name FROM notes').all();
    run("INSERT INTO notes (name, text) VALUES ('a', 'x')");
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    writer.close();
    expect(statSync(`${file}-wal`).size).toBe(0);
    reader.close();
    writer = new SqliteConnection(file, false);
    expect(names()).toEqual([{ name: 'a' }]);
  });
});
