// The commands against a real NocoDB, and the stand-in of other tests beside it.
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { check, setUp } from '../../server/nocodb/commands.ts';
import type { EmailAccessRecord } from '../../server/sessions/email-access-records.ts';
import { readSessions } from '../../server/sessions/read-sessions.ts';
import { formOf } from '../helpers/nocodb/answer-form.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import {
  catchUp,
  describeNocoDB,
  expectEqual,
  makeSessions,
  noco,
  read,
  readTable,
  restartMirror,
  rows,
  store,
  type Table,
  tableId,
} from '../helpers/nocodb/mirrored-store.ts';

const run = promisify(execFile);
const { signal } = new AbortController();

describeNocoDB(() => {
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
    it("take over the original's table; its 20 rows stay as they were, and are read with the new ones", async () => {
      const made = (await noco.ask('POST', '/api/v3/meta/bases/{base}/tables', {
        title: noco.config.table,
        fields: [
          // The type that NocoDB gives a new column.
          { title: 'emailOfAccessor', type: 'SingleLineText' },
          { title: 'sessionStartTime', type: 'DateTime' },
          { title: 'sessionEndTime', type: 'DateTime' },
        ],
      })) as { id: string };
      for (const from of [1, 11])
        await noco.ask(
          'POST',
          `/api/v3/data/{base}/${made.id}/records`,
          Array.from({ length: 10 }, (_, nth) => ({
            fields: {
              emailOfAccessor: nth % 2 === 0 ? 'old@example.com' : 'Old.Other@example.com',
              sessionStartTime: `2025-01-${String(from + nth).padStart(2, '0')}T10:00:00Z`,
              sessionEndTime: `2025-01-${String(from + nth).padStart(2, '0')}T10:30:00Z`,
            },
          })),
        );
      const before = (await rows()).map(({ id, fields }) => [
        id,
        fields['emailOfAccessor'],
        fields['sessionStartTime'],
        fields['sessionEndTime'],
      ]);
      expect(before).toHaveLength(20);

      expect((await check(noco.config, store, signal)).isWell).toBe(false);
      const { lines, isWell } = await setUp(noco.config, store, signal);
      expect([lines, isWell]).toEqual([
        [
          'added the field readingTime',
          'added the field currentPage',
          'added the field identity',
          'added the field sessionId',
          'added the field durationMinutes',
        ],
        true,
      ]);
      expect((await setUp(noco.config, store, signal)).lines).toEqual([`The table ${noco.config.table} is complete.`]);
      expect((await check(noco.config, store, signal)).isWell).toBe(true);

      await makeSessions(1);
      await read('session_-0', 10);
      await catchUp();
      const after = await rows();
      expect(after).toHaveLength(21);
      const older = after.filter(({ fields }) => fields['sessionId'] === null);
      expect(
        older.map(({ id, fields }) => [
          id,
          fields['emailOfAccessor'],
          fields['sessionStartTime'],
          fields['sessionEndTime'],
        ]),
      ).toEqual(before);
      expect(older.map(({ fields }) => fields['durationMinutes'])).toEqual(Array.from({ length: 20 }, () => 30));

      const sessions = readSessions(async () => store, noco.config);
      const [ours, ...olderRecords] = await sessions.fetchEmailAccessSessions({ olderRows: true });
      const ownRow = after.find(({ fields }) => fields['sessionId'] === 'session_-0');
      expect(ours).toMatchObject({ id: 'session_-0', recordId: String(ownRow?.id) });
      // As an owner's code summed up the original's records.
      const minutes = (records: readonly EmailAccessRecord[]): number =>
        records.reduce((sum, { fields: { sessionStartTime, sessionEndTime } }) => {
          const end = sessionEndTime === null ? Date.now() : Date.parse(sessionEndTime);
          return sum + Math.round((end - Date.parse(sessionStartTime)) / 60_000);
        }, 0);
      expect(minutes(olderRecords)).toBe(20 * 30);
      expect(minutes(await sessions.fetchEmailAccessSessions({ olderRows: true }))).toBe(20 * 30 + 10);
      expect(minutes(await sessions.fetchEmailAccessSessions())).toBe(10);
      const ofOne = await sessions.fetchEmailAccessSessions({ olderRows: true, email: 'old.other@example.com' });
      expect(ofOne.map(({ fields }) => [fields.sessionStartTime, fields.readingTimeMs]).slice(0, 2)).toEqual([
        ['2025-01-20T10:00:00.000Z', null],
        ['2025-01-18T10:00:00.000Z', null],
      ]);
      expect(ofOne).toHaveLength(10);
    });

    it('obey a change of NOCODB_TABLE', async () => {
      await makeSessions(2);
      await setUp(noco.config, store, signal);
      await catchUp();
      noco.config = { ...noco.config, table: `${noco.config.table}2` };
      expect(await tableId()).toBe('');
      expect((await check(noco.config, store, signal)).lines.join()).toMatch(
        /there is no table t\w+2\. Run: nocodb setup/,
      );
      await setUp(noco.config, store, signal);
      await restartMirror();
      await expectEqual();
      expect(await rows()).toHaveLength(2);
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
