// Backups while the server writes, restored by the steps of docs/backup-and-upgrade.md: everything that was acknowledged before is there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { prepareFile } from '../../server/store/sqlite/open.ts';
import { backUpFile } from '../../server/store/sqlite/backup.ts';
import { fillStore } from '../bench/server/fill-store.ts';
import { Load, SPANS } from '../helpers/load.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { CLI, runCli } from '../helpers/run-cli.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { typeCommand } from '../helpers/type-command.ts';
import { until } from '../helpers/until.ts';

const PAGE = 'docs/backup-and-upgrade.md';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-backup-'));
  mkdirSync(join(folder, 'data'));
  file = join(folder, 'data/stillhere.db');
});

/** Undefined: it is gone. */
function modeOf(path: string): string | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return mode === undefined ? undefined : (mode & 0o777).toString(8);
}

describe('a server under load', () => {
  it('is backed up, and goes on with the backup with all that was acknowledged before', async () => {
    await fillStore(file, 5_000, 0);
    const server = await StillhereServer.start({ STORE_URL: `file:${file}`, LOG_LEVEL: 'silent' });
    const load = new Load(server);
    await load.makeSessions();
    load.run();
    try {
      await until(() => load.acknowledged.size === SPANS);
      const before = new Map(load.acknowledged);
      const receipts = load.receipts;
      const modes = new Set<string>();
      const watching = setInterval(() => {
        for (const name of readdirSync(folder)) {
          const mode = modeOf(join(folder, name));
          if (name !== 'data' && mode !== undefined) modes.add(mode);
        }
      }, 1);
      const printed = await typeCommand(await readSnippet(PAGE, 'sh', 'store backup'), folder);
      clearInterval(watching);
      expect(printed).toBe('The store data/stillhere.db is in backup.db, and was checked.\n');
      expect([...modes]).toEqual(['600']);
      expect(readdirSync(folder)).toEqual(['backup.db', 'data']);
      // It was written to all the time.
      expect(load.receipts).toBeGreaterThan(receipts);
      await load.stop();
      await server.stop('SIGKILL');
      expect(existsSync(`${file}-wal`)).toBe(true);

      const checked = await typeCommand(await readSnippet(PAGE, 'sh', 'cp backup.db'), folder);
      expect(checked).toMatch(/^ok {7}5008 sessions with 25160 spans$/m);
      await server.start();
      load.acknowledged.clear();
      for (const [span, end] of before) load.acknowledged.set(span, end);
      expect(await load.findLost()).toEqual([]);
    } finally {
      await load.stop();
      await server.stop();
    }
  });
});

describe('`store backup`', () => {
  beforeEach(() => prepareFile(file));

  const backUp = (target: string, environment: NodeJS.ProcessEnv = {}) =>
    runCli(['store', 'backup', target], { STORE_URL: `file:${file}`, ...environment });

  it('says that secrets are not in it, where they are kept in a file', async () => {
    writeFileSync(`${file}.secrets.json`, '{}');
    const { code, stdout } = await backUp(join(folder, 'b.db'));
    expect([code, stdout]).toEqual([
      0,
      `The store ${file} is in ${folder}/b.db, and was checked.\nKeep ${file}.secrets.json, too: the backup has no secrets.\n`,
    ]);
  });

  it('names pg_dump where the store is a database', async () => {
    const { code, stderr } = await backUp('b.db', { STORE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect([code, stderr]).toEqual([1, 'store backup: the store is a PostgreSQL database, which pg_dump backs up.\n']);
  });

  it('overwrites nothing', () => {
    for (const name of ['b.db', 'c.db.part']) writeFileSync(join(folder, name), 'mine');
    expect(() => backUpFile(file, join(folder, 'b.db'))).toThrow(/b\.db exists, and a backup doesn't overwrite/);
    expect(() => backUpFile(file, file)).toThrow(/stillhere\.db exists, and a backup doesn't overwrite/);
    expect(() => backUpFile(file, join(folder, 'c.db'))).toThrow(/c\.db\.part exists: another backup is being made/);
    expect(readdirSync(folder)).toEqual(['b.db', 'c.db.part', 'data']);
  });

  it('says where there is no store, or no folder for the backup', () => {
    expect(() => backUpFile(join(folder, 'no.db'), join(folder, 'b.db'))).toThrow(/^There is no store \S+no\.db\.$/);
    expect(() => backUpFile(file, join(folder, 'no/b.db'))).toThrow(/^The backup can't be written: ENOENT/);
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('leaves nothing behind on a full disk', () => {
    const limited = ['--fsize=65536', process.execPath, CLI, 'store', 'backup', join(folder, 'b.db')];
    const env = { ...process.env, STORE_URL: `file:${file}` };
    expect(() => execFileSync('prlimit', limited, { env, stdio: 'pipe' })).toThrow(
      /The backup can't be written to \S+b\.db\.part: .*\. Nothing has changed in /,
    );
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('makes none of a damaged store', () => {
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA foreign_keys = OFF; INSERT INTO stretches VALUES ('gone', 1, 2)`);
    database.close();
    expect(() => backUpFile(file, join(folder, 'b.db'))).toThrow(
      /^The store is damaged, and so is what was copied of it/,
    );
    writeFileSync(file, 'this is no database, but a text of some length');
    expect(() => backUpFile(file, join(folder, 'b.db'))).toThrow(/is not a store: it holds something else/);
    expect(readdirSync(folder)).toEqual(['data']);
  });
});
