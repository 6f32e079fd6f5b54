// What the store has of a visit, and what it has not (docs/privacy.md).
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { cookieOf, invite } from '../helpers/invite.ts';
import { makeSpan, NOW, startTestApp, type TestApp } from '../helpers/test-app.ts';

const ANN = 'ann.of.the.test@example.com';
const ADDRESS = '203.0.113.77';

let app: TestApp;
afterEach(() => app.close());

async function readFiles(): Promise<string> {
  const files = ['', '-wal'].map((end) => app.storeFile + end).filter((file) => existsSync(file));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('');
}

it('no IP address, user agent, referrer, language, cookie or query of a request is stored', async () => {
  app = await startTestApp({ TRUST_PROXY: 'true' });
  const browser = {
    'user-agent': 'UserAgentOfTheTest/1.0',
    referer: `${app.url}/?referrer-of-the-test`,
    'accept-language': 'gsw-CH',
    'x-forwarded-for': ADDRESS,
  };
  const json = { ...browser, 'content-type': 'application/json' };
  const fields = { email: ` ${ANN.toUpperCase()} `, next: '/confidential/plan.html?next-of-the-test' };
  const passed = await app.send('POST', '/api/verify-temp-access?gate-query', json, JSON.stringify(fields));
  const { session } = JSON.parse(passed.body) as { session: string };
  const cookie = `${cookieOf(passed)}; other=cookie-of-the-test`;
  await app.send('GET', '/confidential/plan.html?page-query', { ...browser, cookie });
  await app.send('POST', '/api/verify-temp-access', json, '{"email":"what-was-typed-of-the-test"}');
  const spans = [makeSpan({ session, page: '/confidential/plan.html' })];
  app.clock.now = NOW + 60_000;
  const { status } = await app.send(
    'POST',
    HEARTBEAT_PATH,
    { ...json, cookie },
    JSON.stringify({ sentAt: app.clock.now, spans, typed: 'more-of-the-test' }),
  );
  expect(status).toBe(200);
  await app.writeRefusals();

  const found = await readFiles();
  // It has looked: this is what is stored.
  for (const stored of [ANN, session, '/confidential/plan.html']) expect(found).toContain(stored);
  const signature = /stillhere_access=[^;]*\.([\w-]{43})/.exec(cookie)?.[1] ?? '';
  for (const other of [ADDRESS, 'UserAgentOf', '-of-the-test', 'gsw', '-query', signature]) {
    expect(other).not.toBe('');
    expect(found).not.toContain(other);
  }
  expect(await app.store.listSessions({ pageSize: 9 })).toMatchObject([{ email: ANN }]);
});

it('each table that holds addresses is emptied of one by its erasure', async () => {
  app = await startTestApp();
  const { store } = app;
  const session = await app.makeSession('of-ann');
  await store.deleteSessions([session], NOW);
  await store.createSession({ id: session, email: ANN, startMs: NOW });
  app.clock.now = NOW + 60_000;
  await app.deliver([makeSpan({ session })]);
  await invite(store, NOW, { email: ANN });
  const times = { sentMs: NOW, untilMs: NOW + 60_000 };
  await store.codes.add({ hash: 'h', email: ANN, next: '/', isMeasured: true, codeHmac: 'c', ...times }, NOW);
  await store.blockedReaders.block(ANN, NOW);
  await store.refusals.add(new Map(), [{ email: ANN, tries: 1, firstMs: NOW, lastMs: NOW }], NOW);
  await store.totals.counting.count([session]);
  await store.totals.setReaderExcluded(ANN, true);

  const count = (): Record<string, number> => {
    const database = new DatabaseSync(app.storeFile, { readOnly: true });
    const tables = database
      .prepare(
        `SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND c.name = 'email' ORDER BY m.name`,
      )
      .all() as { name: string }[];
    const counts = tables.map(({ name }) => {
      const found = database.prepare(`SELECT count(*) AS rows FROM "${name}" WHERE email = ?`).get(ANN);
      return [name, Number(found?.['rows'])] as const;
    });
    database.close();
    return Object.fromEntries(counts);
  };
  const before = count();
  // A new table belongs into docs/privacy.md, and into the erasure.
  expect(Object.keys(before)).toEqual([
    'blocked_readers',
    'codes',
    'excluded_readers',
    'invitations',
    'reader_totals',
    'refused_addresses',
    'sessions',
  ]);
  expect(Object.entries(before).filter(([, rows]) => rows !== 1)).toEqual([]);
  await store.erasures.erase(ANN, app.clock.now);
  expect(Object.entries(count()).filter(([, rows]) => rows > 0)).toEqual([]);
  await store.erasures.scrub();
  expect(await readFiles()).not.toContain(ANN);
});
