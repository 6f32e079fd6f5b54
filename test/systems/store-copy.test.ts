// Moves a store from an SQLite file to PostgreSQL, while its server runs under load: what was acknowledged is there, who was erased is
// not, and a copy that was killed goes on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { COPIED_TABLES } from '../../server/store/copy/copied-tables.ts';
import { openStore } from '../../server/store/open-store.ts';
import { fillStore } from '../bench/server/fill-store.ts';
import { countAll } from '../helpers/counted-store.ts';
import { Load } from '../helpers/load.ts';
import { Postgres } from '../helpers/postgres.ts';
import { CLI, runCli } from '../helpers/run-cli.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const SESSIONS = 10_000;
/** Readers who deliver as fast as they can leave the copy hardly any of two cores. */
const PAUSE_MS = 100;
/** One of those that fillStore makes. */
const ERASED = 'reader77@example.com';

let postgres: Postgres;
let from: string;
let to: string;
beforeAll(async () => {
  postgres = await Postgres.start();
});
beforeEach(async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-copy-')), 'stillhere.db');
  await fillStore(file, SESSIONS, 0);
  from = `file:${file}`;
  to = await postgres.createDatabase();
});
afterEach(() => postgres.dropDatabase(to));
afterAll(() => postgres.remove());

async function findInCopy(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of COPIED_TABLES) {
    const rows = await postgres.query(`SELECT 1 FROM ${table} AS row WHERE row::text LIKE '%${text}%' LIMIT 1`, to);
    if (rows.length > 0) found.push(table);
  }
  return found;
}

it(
  'copies a store that a server writes to, and the rest when the server is stopped',
  { timeout: 600_000 },
  async () => {
    const filled = await openStore(from);
    await countAll(filled);
    await filled.close();
    const server = await StillhereServer.start({ STORE_URL: from, LOG_LEVEL: 'silent' });
    const load = new Load(server, PAUSE_MS);
    await load.makeSessions();
    load.run();
    try {
      const first = await runCli(['store', 'copy', from, to]);
      expect(first.stderr).toBe('');
      expect(first.code).toBe(1);
      expect(first.stdout).toContain(`spans: ${SESSIONS * 5 + load.acknowledged.size} rows`);
      expect(first.stdout).toContain('has changed since, so the copy is not complete.');
      expect(await findInCopy(ERASED)).toContain('sessions');

      const headers = { authorization: `Bearer ${OWNER_TOKEN}` };
      const erasure = await fetch(`${server.url}/api/readers/${ERASED}`, { method: 'DELETE', headers });
      expect(await erasure.json()).toMatchObject({ sessions: 10 });
      const receipts = load.receipts;
      await until(() => load.receipts >= receipts + 100);
    } finally {
      await load.stop();
      await server.stop();
    }
    const second = await runCli(['store', 'copy', from, to]);
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(second.stdout).toContain('Nothing has changed');
    // Only the rows that changed: all spans of the load, and none of those that were there before.
    expect(second.stdout).toMatch(new RegExp(`^spans: \\d+ rows, ${load.acknowledged.size} written, 0 deleted$`, 'm'));
    expect(second.stdout).toMatch(/^sessions: 9998 rows, 8 written, 10 deleted$/m);
    expect(await findInCopy(ERASED)).toEqual([]);

    for (const url of [from, to]) {
      const { stdout, code } = await runCli(['store', 'check', url]);
      expect(stdout).not.toContain('WRONG');
      expect(stdout).toContain('ok       9998 sessions with');
      expect(code).toBe(0);
    }
    const moved = await StillhereServer.start({ STORE_URL: to, LOG_LEVEL: 'silent' });
    try {
      expect(await load.findLost(moved)).toEqual([]);
      const third = await runCli(['store', 'copy', from, to]);
      expect(third.code).toBe(1);
      expect(third.stderr).toMatch(/^The database \S+ is in use: its table notes isn't empty\. A copy needs an empty/);
    } finally {
      await moved.stop();
    }
  },
);

it('goes on when it was killed, and nothing opens what there is until then', async () => {
  for (const kill of [200, 700, 1_200, 1_700]) {
    const child = spawn(process.execPath, [CLI, 'store', 'copy', from, to]);
    const exited = once(child, 'exit');
    await Promise.race([exited, once(child.stdout, 'data').then(() => delay(kill))]);
    child.kill('SIGKILL');
    await exited;
    await expect(openStore(to)).rejects.toThrow(/holds a copy that is not complete\. Stop the server of the store/);
  }
  const { code, stdout, stderr } = await runCli(['store', 'copy', from, to]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`sessions: ${SESSIONS} rows, `);
  const again = await runCli(['store', 'copy', from, to]);
  expect(again.stdout).not.toMatch(/[1-9]\d* (written|deleted)/);
  const store = await openStore(to);
  expect(await store.listSessions({ pageSize: 3 })).toHaveLength(3);
  await store.close();
});
