// The mirror against a real NocoDB: whatever happens to it, to us, or by people's hands, the table is the store again.
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { check, resync, setUp } from '../../server/nocodb/commands.ts';
import { createMirror, type Mirror } from '../../server/nocodb/mirror.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openStore } from '../../server/store/open-store.ts';
import { formOf } from '../helpers/nocodb/answer-form.ts';
import { NocoServer } from '../helpers/nocodb/nocodb-server.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';
import { Postgres } from '../helpers/postgres.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00.678Z');
const MINUTE = 60_000;
const HEALING_MS = 60_000;

interface Row {
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

let noco: NocoServer;
let file: string;
let store: SessionStore;
let mirror: Mirror;
const run = promisify(execFile);
const { signal } = new AbortController();
const log = pino({ level: 'silent' });

beforeEach(async (context) => {
  file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'test.db');
  store = await openStore(`file:${file}`);
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
  await until(async () => (await store.outboxOf(NOCODB).countUntold()) === 0, HEALING_MS);
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

/** Rounds until nothing waits. */
async function catchUp(): Promise<void> {
  await until(async () => {
    await mirror.round();
    return (await store.outboxOf(NOCODB).countUntold()) === 0;
  }, HEALING_MS);
}

interface Table {
  readonly fields: readonly { readonly id: string; readonly title: string }[];
  readonly views: readonly { readonly id: string }[];
}

async function readTable(): Promise<Table> {
  return (await noco.ask('GET', `/api/v3/meta/bases/{base}/tables/${await tableId()}`)) as Table;
}

async function fieldId(title: string): Promise<string> {
  return (await readTable()).fields.find((field) => field.title === title)?.id ?? '';
}

/** A mirror that was started a moment ago looks after what people did. */
async function restartMirror(): Promise<void> {
  await mirror.stop();
  mirror = createMirror(noco.config, store, log);
  mirror.start();
}

describe.each(['its own SQLite', 'PostgreSQL'])('NocoDB on %s', (backend) => {
  let postgres: Postgres | undefined;
  beforeAll(async () => {
    postgres = backend === 'PostgreSQL' ? await Postgres.start() : undefined;
    noco = await NocoServer.start(await postgres?.createDatabase('nocodb'));
  });
  afterAll(async () => {
    await noco.remove();
    await postgres?.remove();
  });

  describe('the mirror', () => {
    it('shows a session, and its end follows', async () => {
      await makeSessions(1);
      await catchUp();
      await expectEqual();
      expect((await rows())[0]?.fields).toMatchObject({ emailOfAccessor: 'reader0@example.com', sessionEndTime: null });
      await read('session_-0', 55);
      await catchUp();
      await expectEqual();
      expect((await rows())[0]?.fields).toMatchObject({ readingTime: 3_300, durationMinutes: 55, currentPage: '/a/' });
    });

    it('writes many sessions in few requests: ten a request, and each once however often it changed', async () => {
      await makeSessions(95);
      for (let minutes = 1; minutes < 5; minutes++) await read('session_-7', minutes);
      await catchUp();
      await expectEqual();
      for (let nth = 0; nth < 20; nth++) await read(`session_-${nth}`, 30);
      await catchUp();
      await expectEqual();
      // The table: the list, made, its order (2), the count. How many records it takes: 1. Then 10 creates and 2 updates.
      expect(mirror.status().requests).toBeLessThanOrEqual(5 + 1 + 10 + 2);
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
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) < 200);
      await noco.kill();
      await noco.start();
      await expectEqual();
    });

    it('finds again what a stopped mirror had made, without a row twice', async () => {
      await makeSessions(60);
      mirror.start();
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) < 60);
      await restartMirror();
      await expectEqual();
    });

    it('finds again what a killed server had made, without a row twice', async () => {
      await makeSessions(300);
      const { url, token, baseId, table } = noco.config;
      const server = await StillhereServer.start({
        STORE_URL: `file:${file}`,
        NOCODB_URL: url,
        NOCODB_TOKEN: token,
        NOCODB_BASE_ID: baseId,
        NOCODB_TABLE: table,
        NOCODB_REQUESTS_PER_SECOND: '50',
        NOCODB_FRESHNESS_MS: '50',
      });
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) < 300);
      await server.stop('SIGKILL');
      expect(await store.outboxOf(NOCODB).countUntold()).toBeGreaterThan(0);
      for (let nth = 0; nth < 40; nth++) await read(`session_-${nth}`, 10);
      await server.start();
      await expectEqual();
      await server.stop();
    });

    it('makes rows again that were deleted: at the next change of their sessions, by its check, by a resync', async () => {
      const deleteRows = async (from: number, to: number): Promise<void> => {
        const gone = (await rows()).slice(from, to).map(({ id }) => ({ id }));
        await noco.ask('DELETE', `/api/v3/data/{base}/${await tableId()}/records`, gone);
      };
      await makeSessions(25);
      await catchUp();
      await deleteRows(3, 7);
      for (let nth = 0; nth < 12; nth++) await read(`session_-${nth}`, 10);
      await catchUp();
      await expectEqual();
      await deleteRows(5, 9);
      await restartMirror();
      await until(async () => (await rows()).length === 25, HEALING_MS);
      await expectEqual();
      await deleteRows(1, 2);
      await resync(store, 0);
      await until(async () => (await rows()).length === 25, HEALING_MS);
      await expectEqual();
    });

    it("keeps what people wrote into other columns, and goes on under a column's new name, after a restart, too", async () => {
      await makeSessions(3);
      await catchUp();
      await noco.ask('PATCH', `/api/v3/meta/bases/{base}/fields/${await fieldId('sessionEndTime')}`, {
        title: 'Gelesen bis',
      });
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
      await restartMirror();
      for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 20);
      await expectEqual({ sessionEndTime: 'Gelesen bis' });
      expect((await rows()).filter(({ fields }) => fields['Notes'] === 'call her')).toHaveLength(1);
      expect(Object.keys((await rows())[0]?.fields ?? {})).not.toContain('sessionEndTime');
    });

    it('mends a column that was deleted', async () => {
      await makeSessions(3);
      await catchUp();
      for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 10);
      await catchUp();
      const shown = async (): Promise<unknown[]> => (await rows()).map(({ fields }) => fields['currentPage']);
      expect(await shown()).toEqual(['/a/', '/a/', '/a/']);
      await noco.ask('DELETE', `/api/v3/meta/bases/{base}/fields/${await fieldId('currentPage')}`);
      expect(await shown()).toEqual([undefined, undefined, undefined]);
      mirror.start();
      // One session changes; the others are written anew for the column's sake.
      await read('session_-0', 20);
      await until(async () => (await shown()).every((page) => page === '/a/'), HEALING_MS);
      await expectEqual();
    });

    it('has the newest session first in the default view, unless somebody sorts it otherwise', async () => {
      await makeSessions(3);
      await catchUp();
      const [view] = (await readTable()).views;
      const path = `/api/v3/data/{base}/${await tableId()}/records?viewId=${view?.id}`;
      const shown = ((await noco.ask('GET', path)) as { records: Row[] }).records;
      // They began within one second.
      const starts = shown.map(({ fields }) => String(fields['sessionStartTime']));
      expect(starts).toEqual(starts.toSorted().toReversed());
      const sorts = `/api/v3/meta/bases/{base}/views/${view?.id}/sorts`;
      expect(await noco.ask('GET', sorts)).toMatchObject({
        list: [{ field_id: await fieldId('sessionStartTime'), direction: 'desc' }],
      });
    });

    it('makes a table again that was deleted, with all sessions in it', async () => {
      await makeSessions(15);
      await catchUp();
      await noco.ask('DELETE', `/api/v3/meta/bases/{base}/tables/${await tableId()}`);
      mirror.start();
      await read('session_-0', 10);
      await until(async () => (await tableId()) !== '', HEALING_MS);
      await expectEqual();
    });

    it('waits while its token is revoked, says so, and goes on with another one', async () => {
      await makeSessions(12);
      await catchUp();
      const before = noco.config;
      await noco.replaceToken();
      for (let nth = 0; nth < 12; nth++) await read(`session_-${nth}`, 10);
      mirror.start();
      await until(() => mirror.status().trouble?.includes('HTTP 401'));
      expect(await store.outboxOf(NOCODB).countUntold()).toBe(12);
      noco.config = { ...noco.config, table: before.table };
      await restartMirror();
      await expectEqual();
    });

    it('waits with a wrong token, says so, and loses nothing', async () => {
      await makeSessions(3);
      const refused = createMirror({ ...noco.config, token: 'wrong' }, store, log);
      await refused.round();
      expect(refused.status().trouble).toMatch(/HTTP 401/);
      await refused.stop();
      expect(await store.outboxOf(NOCODB).countUntold()).toBe(3);
      await catchUp();
      await expectEqual();
    });
  });

  describe('the stand-in that other tests use', () => {
    it('answers in the form of the real one, whatever the mirror asks', async () => {
      const standIn = await NocoStandIn.start();
      const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
        const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
        return (await fetch(standIn.config.url + path, init)).json();
      };
      await makeSessions(2);
      await read('session_-0', 10);
      await catchUp();
      const real = await tableId();
      const ids = Object.fromEntries((await readTable()).fields.map(({ id, title }) => [title, id]));
      const standInIds = (await ask('GET', '/api/v3/meta/bases/base/tables/table')) as Table;
      const byTitle = Object.fromEntries(standInIds.fields.map(({ id, title }) => [title, id]));
      const fields = (of: Readonly<Record<string, string>>, sessionId: string) => ({
        [of['sessionId'] ?? '']: sessionId,
        [of['emailOfAccessor'] ?? '']: 'x@example.com',
        [of['sessionStartTime'] ?? '']: '2026-11-24T08:00:00.000Z',
        [of['readingTime'] ?? '']: 600,
        [of['currentPage'] ?? '']: '/a/',
      });
      const where = (of: Readonly<Record<string, string>>, what: string): string =>
        `where=(${of['sessionId']},${what})`;
      const eleven = (of: Readonly<Record<string, string>>) =>
        Array.from({ length: 11 }, (_, nth) => ({ fields: fields(of, `eleven${nth}`) }));
      const requests = (of: Readonly<Record<string, string>>, base: string, table: string) =>
        [
          ['GET', `/api/v3/meta/bases/${base}/tables`],
          ['GET', `/api/v3/meta/bases/${base}/tables/${table}`],
          ['POST', `/api/v3/data/${base}/${table}/records`, [{ fields: fields(of, 'new') }]],
          ['PATCH', `/api/v3/data/${base}/${table}/records`, [{ id: 1, fields: fields(of, 'changed') }]],
          ['GET', `/api/v3/data/${base}/${table}/records?${where(of, 'in,changed,none')}&pageSize=200`],
          ['GET', `/api/v3/data/${base}/${table}/records?${where(of, 'notblank')}&pageSize=1000`],
          ['GET', `/api/v3/data/${base}/${table}/count?${where(of, 'notblank')}`],
          ['POST', `/api/v3/data/${base}/${table}/records`, eleven(of)],
        ] as const;
      const realRequests = requests(ids, noco.config.baseId, real);
      for (const [nth, [method, path, body]] of requests(byTitle, 'base', 'table').entries()) {
        const [realMethod, realPath, realBody] = realRequests[nth] ?? ['', ''];
        const realForm = formOf(await noco.tell(realMethod, realPath, realBody));
        const form = formOf(await ask(method, path, body));
        expect(form).not.toEqual([]);
        expect([path, ...realForm]).toEqual(expect.arrayContaining([...form]));
      }
      await standIn.stop();
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
      expect((await setUp(noco.config, store, signal)).lines).toEqual([`The table ${noco.config.table} is complete.`]);
      expect((await check(noco.config, store, signal)).isWell).toBe(true);

      await makeSessions(1);
      await catchUp();
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

    it('work as docs/nocodb.md has them', async () => {
      const commands = await readSnippet('docs/nocodb.md', 'sh', 'nocodb setup');
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
      expect(stdout).toMatch(/^created the table .*\n(ok .*\n){5}waiting {2}0 sessions to be written\n$/);
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
      expect(await say({ url: 'http://127.0.0.1:9' })).toMatch(/Check that NocoDB is running/);
    });
  });
});
