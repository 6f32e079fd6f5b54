// A store of an earlier version is migrated: every span and total stays, and later additions count correctly. A migration that
// is killed changes nothing.
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openStore } from '../../server/store/open-store.ts';
import { prepareFile } from '../../server/store/sqlite/open.ts';

/** As in version 0.1.0, up to its second migration. */
const OLD_TABLES = `
  CREATE TABLE kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null);
  CREATE TABLE kysely_migration_lock (id varchar(255) not null primary key, is_locked integer default 0 not null);
  INSERT INTO kysely_migration VALUES
    ('001-sessions-and-spans', '2026-11-24T00:00:00.000Z'), ('002-mirror', '2026-11-24T00:00:00.000Z');
  INSERT INTO kysely_migration_lock VALUES ('migration_lock', 0);
  CREATE TABLE sessions (id text primary key, email text not null, start_ms bigint not null, end_ms bigint,
    reading_ms bigint default 0 not null, current_page text, clock_offset_ms bigint, revision bigint default 1 not null,
    mirrored_revision bigint default 0 not null, record_id text);
  CREATE INDEX sessions_by_start on sessions (start_ms, id);
  CREATE INDEX sessions_by_email on sessions (email, start_ms, id);
  CREATE TABLE spans (session_id text not null references sessions (id) on delete cascade, id text not null,
    page text not null, start_ms bigint not null, end_ms bigint not null, is_late integer not null,
    is_clamped integer not null, constraint spans_key primary key (session_id, id));
  CREATE INDEX spans_by_end on spans (session_id, end_ms, start_ms, id);
  CREATE INDEX sessions_unmirrored ON sessions (coalesce(end_ms, start_ms)) WHERE mirrored_revision < revision;
  CREATE TABLE leases (name text primary key, holder text not null, until_ms bigint not null);
  CREATE TABLE notes (name text primary key, text text not null);`;

/** Two overlapping spans, one touching them, one apart, one inside; and two with equal ends, for the current page. */
const ANN = [
  ['a', '/one/', 100, 200],
  ['b', '/two/', 150, 300],
  ['c', '/one/', 300, 350],
  ['d', '/one/', 500, 900],
  ['e', '/two/', 600, 700],
  ['f', '/late/', 800, 900],
] as const;

async function makeOld(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-upgrade-')), 'old.db');
  const old = new DatabaseSync(file);
  old.exec(OLD_TABLES);
  old.exec(`INSERT INTO sessions VALUES
    ('ann', 'ann@example.com', 100, 900, 650, '/late/', 7, 9, 3, '12'), ('bob', 'bob@example.com', 50, null, 0, null, null, 1, 1, null)`);
  for (const [id, page, startMs, endMs] of ANN)
    old.prepare('INSERT INTO spans VALUES (?, ?, ?, ?, ?, 0, 0)').run('ann', id, page, startMs, endMs);
  old.close();
  return file;
}

async function openOld(): Promise<{ store: SessionStore; file: string }> {
  const file = await makeOld();
  return { store: await openStore(`file:${file}`), file };
}

const seen = (id: string, startMs: number, endMs: number, session = 'ann') => ({
  session,
  receivedMs: 100_000,
  span: { id, page: '/new/', startMs, endMs, offsetMs: 0 },
});

it('keeps sessions, spans and totals', async () => {
  const { store } = await openOld();
  expect(await store.findSession('ann')).toEqual({
    id: 'ann',
    email: 'ann@example.com',
    identity: 'typed',
    invitationId: null,
    isMeasured: true,
    accessPages: null,
    startMs: 100,
    endMs: 900,
    readingMs: 650,
    currentPage: '/late/',
    offlineMs: 0,
    endKnownBy: 'tick',
    nextBeatMs: null,
    ref: expect.stringMatching(/^[0-9a-f]{28}$/) as string,
    accessEndedMs: null,
    isExcluded: false,
    isMirrored: false,
  });
  expect(
    (await store.listSpans('ann')).map(({ id, startMs, endMs, receivedMs }) => [id, startMs, endMs, receivedMs]),
  ).toEqual(ANN.map(([id, , startMs, endMs]) => [id, startMs, endMs, null]));
  expect(await store.findSession('bob')).toMatchObject({ endMs: null, isMirrored: true });
  await store.close();
});

it('adds only new reading to them', async () => {
  const { store } = await openOld();
  const readingMs = async (id = 'ann'): Promise<number | undefined> => (await store.findSession(id))?.readingMs;
  await store.record([seen('within', 120, 340)]);
  expect(await readingMs()).toBe(650);
  await store.record([seen('between', 340, 510)]);
  expect(await readingMs()).toBe(800);
  await store.record([seen('d', 500, 950)]);
  expect(await readingMs()).toBe(850);
  expect((await store.findSession('ann'))?.currentPage).toBe('/new/');
  await store.record([seen('first', 50, 80, 'bob')]);
  expect(await readingMs('bob')).toBe(30);
  await store.close();
});

it('can be opened again, by two servers at once', async () => {
  const { store, file } = await openOld();
  await store.close();
  const both = await Promise.all([openStore(`file:${file}`), openStore(`file:${file}`)]);
  for (const one of both) expect(await one.findSession('ann')).toMatchObject({ readingMs: 650 });
  for (const one of both) await one.close();
});

/** What every version stores. */
function readCommon(file: string): unknown {
  const database = new DatabaseSync(file);
  try {
    return {
      check: database.prepare('PRAGMA integrity_check').all(),
      sessions: database.prepare('SELECT id, email, start_ms, end_ms, reading_ms FROM sessions ORDER BY id').all(),
      spans: database.prepare('SELECT session_id, id, page, start_ms, end_ms FROM spans ORDER BY id').all(),
    };
  } finally {
    database.close();
  }
}

/** Copies the store before each statement of `migration`: what is on disk if the process is killed at that moment. */
async function copyAtEachStatement(file: string, migration: () => Promise<void>): Promise<readonly string[]> {
  const copies: string[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called on its connection below
  const { prepare } = DatabaseSync.prototype;
  vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql: string) {
    const copy = `${file}-${copies.push('')}`;
    copies[copies.length - 1] = copy;
    for (const part of ['', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
    return prepare.call(this, sql);
  });
  await migration();
  vi.restoreAllMocks();
  return copies;
}

it('is not harmed when it is killed, before whichever statement, and goes on the next time', async () => {
  const old = await makeOld();
  const before = readCommon(old);
  const copies = await copyAtEachStatement(old, () => prepareFile(old));
  expect(copies.length).toBeGreaterThan(40);
  for (const copy of copies) {
    expect(readCommon(copy)).toEqual(before);
    await prepareFile(copy);
    expect(readCommon(copy)).toEqual(before);
  }
  const store = await openStore(`file:${copies.at(-1) ?? ''}`);
  expect(await store.findSession('ann')).toMatchObject({ readingMs: 650, endKnownBy: 'tick', isMirrored: false });
  await store.close();
});

it('is migrated once by two processes that start at the same time', async () => {
  const file = await makeOld();
  const before = readCommon(file);
  const env = { ...process.env, STORE_URL: `file:${file}` };
  const list = [join(import.meta.dirname, '../../server/cli.ts'), 'sessions'];
  for (const { stdout } of await Promise.all([1, 2].map(() => promisify(execFile)(process.execPath, list, { env }))))
    expect(stdout).toContain('ann@example.com');
  expect(readCommon(file)).toEqual(before);
});

it('is not opened by an older version, which would not know all that is in it', async () => {
  const file = await makeOld();
  await prepareFile(file);
  const database = new DatabaseSync(file);
  database.exec("INSERT INTO kysely_migration VALUES ('999-of-a-newer-version', '2027-01-01T00:00:00.000Z')");
  const before = readCommon(file);
  await expect(openStore(`file:${file}`)).rejects.toThrow(/^The store was changed by a newer version of Stillhere\./);
  expect(readCommon(file)).toEqual(before);
  database.exec("DELETE FROM kysely_migration WHERE name LIKE '999%'");
  database.close();
  await (await openStore(`file:${file}`)).close();
});
