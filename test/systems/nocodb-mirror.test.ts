// The mirror against a real NocoDB: whatever happens to it, to us, or by people's hands, the table is the store again.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check, resync, setUp } from '../../server/nocodb/commands.ts';
import { createMirror, type Mirror } from '../../server/nocodb/mirror.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openSqliteStore } from '../../server/store/sqlite-store.ts';
import { NocoServer } from '../helpers/nocodb/nocodb-server.ts';
import { until } from '../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00.678Z');
const MINUTE = 60_000;
const HEALING_MS = 60_000;

interface Row {
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

let noco: NocoServer;
let store: SessionStore;
let mirror: Mirror;
const run = promisify(execFile);
const { signal } = new AbortController();
const log = pino({ level: 'silent' });

beforeAll(async () => {
  noco = await NocoServer.start();
});
afterAll(() => noco.remove());

beforeEach(async (context) => {
  store = await openSqliteStore(join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'test.db'));
  // A table of its own for each test.
  noco.config = { ...noco.config, table: `t${context.task.id.replace(/\W/g, '')}` };
  mirror = createMirror(noco.config, store, log);
});
afterEach(async () => {
  await mirror.stop();
  await store.close();
});

async function read(id: string, minutes: number): Promise<void> {
  const span = { id: 's', page: '/a/', startMs: NOW, endMs: NOW + minutes * MINUTE, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: NOW + 60 * MINUTE, span }]);
}

async function makeSessions(many: number, prefix = 'session'): Promise<void> {
  for (let nth = 0; nth < many; nth++)
    await store.createSession({ id: `${prefix}_-${nth}`, email: `reader${nth}@example.com`, startMs: NOW + nth });
}

async function tableId(): Promise<string> {
  const { list } = (await noco.ask('GET', '/api/v3/meta/bases/{base}/tables')) as {
    list: { id: string; title: string }[];
  };
  return list.find(({ title }) => title === noco.config.table)?.id ?? '';
}

async function rows(): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let page = 1; ; page++) {
    const path = `/api/v3/data/{base}/${await tableId()}/records?pageSize=1000&page=${page}`;
    const { records, next } = (await noco.ask('GET', path)) as { records: Row[]; next?: string };
    all.push(...records);
    if (!next) return all;
  }
}

/** Row by row, at whole seconds; `renamed`: our name → the column's name now. */
async function expectEqual(renamed: Readonly<Record<string, string>> = {}): Promise<void> {
  const seconds = (time: unknown): number | null =>
    time === null ? null : Math.floor(Date.parse(time as string) / 1_000);
  const column = (name: string): string => renamed[name] ?? name;
  await until(async () => (await store.countUnmirrored()) === 0, HEALING_MS);
  const shown = (await rows()).map(({ fields }) => ({
    id: fields[column('sessionId')],
    email: fields[column('emailOfAccessor')],
    start: seconds(fields[column('sessionStartTime')]),
    end: seconds(fields[column('sessionEndTime')]),
    page: fields[column('currentPage')],
    reading: Number(fields[column('readingTime')]),
  }));
  const kept = (await store.listSessions({ pageSize: 10_000 })).map((session) => ({
    id: session.id,
    email: session.email,
    start: Math.floor(session.startMs / 1_000),
    end: session.endMs === null ? null : Math.floor(session.endMs / 1_000),
    page: session.currentPage,
    reading: Math.floor(session.readingMs / 1_000),
  }));
  const byId = (a: { id: unknown }, b: { id: unknown }): number => String(a.id).localeCompare(String(b.id));
  expect(shown.toSorted(byId)).toEqual(kept.toSorted(byId));
}

describe('the mirror', () => {
  it('shows a session, and its end follows', async () => {
    await makeSessions(1);
    await mirror.round();
    await expectEqual();
    expect((await rows())[0]?.fields).toMatchObject({ emailOfAccessor: 'reader0@example.com', sessionEndTime: null });
    await read('session_-0', 55);
    await mirror.round();
    await expectEqual();
    expect((await rows())[0]?.fields).toMatchObject({ readingTime: 3_300, durationMinutes: 55, currentPage: '/a/' });
  });

  it('writes many sessions in few requests: ten a request, and each once however often it changed', async () => {
    await makeSessions(95);
    for (let minutes = 1; minutes < 5; minutes++) await read('session_-7', minutes);
    await mirror.round();
    await expectEqual();
    for (let nth = 0; nth < 20; nth++) await read(`session_-${nth}`, 30);
    await mirror.round();
    await expectEqual();
    expect(mirror.status().requests).toBeLessThanOrEqual(2 + 10 + 2);
  });

  it('goes on after NocoDB was down, without a row twice', async () => {
    mirror.start();
    await makeSessions(30);
    await noco.stop();
    await makeSessions(30, 'later');
    for (let nth = 0; nth < 30; nth++) await read(`session_-${nth}`, 10);
    await until(() => mirror.status().trouble);
    await noco.start();
    await expectEqual();
  });

  it('finds again what a killed NocoDB had made, without a row twice', async () => {
    mirror.start();
    await makeSessions(200);
    await until(async () => (await store.countUnmirrored()) < 200);
    await noco.kill();
    await noco.start();
    await expectEqual();
  });

  it('finds again what a killed server had made, without a row twice', async () => {
    await makeSessions(60);
    const round = mirror.round();
    await until(async () => (await store.countUnmirrored()) < 60);
    await mirror.stop();
    await round;
    expect(await store.countUnmirrored()).toBeGreaterThan(0);
    mirror = createMirror(noco.config, store, log);
    mirror.start();
    await expectEqual();
  });

  it('makes a row again that was deleted, at the next change of its session or by a resync', async () => {
    await makeSessions(25);
    await mirror.round();
    const gone = (await rows()).slice(3, 7).map(({ id }) => ({ id }));
    await noco.ask('DELETE', `/api/v3/data/{base}/${await tableId()}/records`, gone);
    mirror.start();
    for (let nth = 0; nth < 12; nth++) await read(`session_-${nth}`, 10);
    await resync(store, 0);
    await expectEqual();
  });

  it("keeps what people wrote into other columns, and goes on under a column's new name, after a restart, too", async () => {
    await makeSessions(3);
    await mirror.round();
    const table = (await noco.ask('GET', `/api/v3/meta/bases/{base}/tables/${await tableId()}`)) as {
      fields: { id: string; title: string }[];
    };
    const end = table.fields.find(({ title }) => title === 'sessionEndTime')?.id ?? '';
    await noco.ask('PATCH', `/api/v3/meta/bases/{base}/fields/${end}`, { title: 'Gelesen bis' });
    await noco.ask('POST', `/api/v3/meta/bases/{base}/tables/${await tableId()}/fields`, {
      title: 'Notes',
      type: 'LongText',
    });
    const [first] = await rows();
    await noco.ask('PATCH', `/api/v3/data/{base}/${await tableId()}/records`, [
      { id: first?.id, fields: { Notes: 'call her' } },
    ]);
    mirror.start();
    for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 10);
    await expectEqual({ sessionEndTime: 'Gelesen bis' });
    await mirror.stop();
    mirror = createMirror(noco.config, store, log);
    mirror.start();
    for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 20);
    await expectEqual({ sessionEndTime: 'Gelesen bis' });
    expect((await rows()).filter(({ fields }) => fields['Notes'] === 'call her')).toHaveLength(1);
    expect(Object.keys((await rows())[0]?.fields ?? {})).not.toContain('sessionEndTime');
  });

  it('mends a column that was deleted', async () => {
    await makeSessions(3);
    await mirror.round();
    const table = (await noco.ask('GET', `/api/v3/meta/bases/{base}/tables/${await tableId()}`)) as {
      fields: { id: string; title: string }[];
    };
    const page = table.fields.find(({ title }) => title === 'currentPage')?.id ?? '';
    await noco.ask('DELETE', `/api/v3/meta/bases/{base}/fields/${page}`);
    mirror.start();
    for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 10);
    await expectEqual();
  });

  it('makes a table again that was deleted, with all sessions in it', async () => {
    await makeSessions(15);
    await mirror.round();
    await noco.ask('DELETE', `/api/v3/meta/bases/{base}/tables/${await tableId()}`);
    mirror.start();
    await read('session_-0', 10);
    await until(async () => (await tableId()) !== '', HEALING_MS);
    await expectEqual();
  });

  it('waits with a wrong token, says so, and loses nothing', async () => {
    await makeSessions(3);
    const refused = createMirror({ ...noco.config, token: 'wrong' }, store, log);
    await refused.round();
    expect(refused.status().trouble).toMatch(/HTTP 401/);
    await refused.stop();
    expect(await store.countUnmirrored()).toBe(3);
    await mirror.round();
    await expectEqual();
  });
});

describe('the commands', () => {
  it('take over a table of the original three fields, whose rows stay as they were', async () => {
    const made = (await noco.ask('POST', '/api/v3/meta/bases/{base}/tables', {
      title: noco.config.table,
      fields: [
        { title: 'emailOfAccessor', type: 'Email' },
        { title: 'sessionStartTime', type: 'DateTime' },
        { title: 'sessionEndTime', type: 'DateTime' },
      ],
    })) as { id: string };
    const old = {
      emailOfAccessor: 'old@example.com',
      sessionStartTime: '2025-01-01T10:00:00Z',
      sessionEndTime: '2025-01-01T10:30:00Z',
    };
    await noco.ask('POST', `/api/v3/data/{base}/${made.id}/records`, [{ fields: old }]);

    expect((await check(noco.config, store, signal)).isWell).toBe(false);
    const { lines, isWell } = await setUp(noco.config, store, signal);
    expect([lines, isWell]).toEqual([
      [
        'added the field readingTime',
        'added the field currentPage',
        'added the field sessionId',
        'added the field durationMinutes',
      ],
      true,
    ]);
    expect((await setUp(noco.config, store, signal)).lines).toEqual([
      `The table ${noco.config.table} has all it needs.`,
    ]);
    expect((await check(noco.config, store, signal)).isWell).toBe(true);

    await makeSessions(1);
    await mirror.round();
    const [first, ...others] = await rows();
    expect(first?.fields).toMatchObject({
      emailOfAccessor: 'old@example.com',
      sessionStartTime: '2025-01-01 10:00:00+00:00',
      sessionEndTime: '2025-01-01 10:30:00+00:00',
      sessionId: null,
      durationMinutes: 30,
    });
    expect(others).toHaveLength(1);
  });

  it('work as the README has them', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
    const commands = /```sh\n(npx stillhere nocodb setup.*?)```/s.exec(readme)?.[1] ?? '';
    const { url, token, baseId, table } = noco.config;
    const { stdout } = await run('bash', ['-ec', commands], {
      cwd: join(import.meta.dirname, '../..'),
      env: {
        ...process.env,
        NOCODB_URL: url,
        NOCODB_TOKEN: token,
        NOCODB_BASE_ID: baseId,
        NOCODB_TABLE: table,
        STORE_URL: `file:${join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'test.db')}`,
      },
    });
    expect(stdout).toMatch(/^made the table .*\nok .*\nok .*\nwaiting {2}0 sessions to be written\n$/);
  });

  it('say what is wrong, and its cure', async () => {
    const say = async (change: Partial<typeof noco.config>): Promise<string> => {
      const { lines, isWell } = await check({ ...noco.config, ...change }, store, signal);
      expect(isWell).toBe(false);
      return lines.join('\n');
    };
    expect(await say({})).toMatch(/there is no table t.*Run: nocodb setup/);
    expect(await say({ token: 'wrong' })).toMatch(/HTTP 401.*set NOCODB_TOKEN/);
    expect(await say({ baseId: 'pnothing' })).toMatch(/NOCODB_BASE_ID/);
    expect(await say({ url: 'http://127.0.0.1:9' })).toMatch(/Is NocoDB running/);
  });
});
