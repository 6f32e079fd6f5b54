// What readers see of themselves: as much as it is known who they are, and no more.
import { afterEach, describe, expect, it } from 'vitest';
import type { OwnRecord } from '../../sw/protocol/owner-api.ts';
import type { NewSession } from '../../server/store/session.ts';
import { accessCookies } from '../../server/gate/access-cookie.ts';
import { makeSpan, NOW, SECRET, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const PATH = '/api/own-record';
const EMAIL = 'ann@example.com';
const DAY = 86_400_000;

let app: TestApp;
afterEach(() => app.close());

/** A session of Ann's with a minute of reading. */
async function addSession(id: string, more: Partial<NewSession> = {}): Promise<void> {
  await app.store.createSession({ id, email: EMAIL, startMs: NOW, ...more });
  app.clock.now = NOW + 60_000;
  await app.deliver([makeSpan({ id: `span-${id}`, session: id, start: NOW, end: NOW + 60_000 })]);
}

/** The cookie of who passed the gate with this session. */
function cookieOf(session: string): string {
  const lines: string[] = [];
  const ctx = { append: (_: string, set: string[]) => lines.push(...set), secure: false };
  accessCookies(SECRET, DAY, { isHttps: false, base: '' }).grant(ctx as never, session, app.clock.now);
  return lines.map((line) => line.split(';')[0]).join('; ');
}

const ask = (session: string, method = 'GET'): Promise<Answer> =>
  app.send(method, PATH, session ? { cookie: cookieOf(session) } : {});
async function readRecord(session: string): Promise<OwnRecord> {
  const { status, body } = await ask(session);
  expect(status).toBe(200);
  return JSON.parse(body) as OwnRecord;
}

async function addMany(): Promise<void> {
  await addSession('typed');
  await addSession('also-typed');
  await addSession('invited', { identity: 'invited', invitationId: 'i1' });
  await addSession('invited-on-phone', { identity: 'invited', invitationId: 'i1' });
  await addSession('invited-otherwise', { identity: 'invited', invitationId: 'i2' });
  await addSession('confirmed', { identity: 'confirmed' });
  await addSession('of-bob', { email: 'bob@example.com', identity: 'confirmed' });
}

describe('the record that a reader sees', () => {
  it.for([
    ['typed', 'session', 1],
    ['invited', 'invitation', 2],
    ['confirmed', 'reader', 6],
    ['of-bob', 'reader', 1],
  ] as const)('of a session that is %s is that of the %s: %d sessions', async ([session, shownBy, count]) => {
    app = await startTestApp();
    await addMany();
    const record = await readRecord(session);
    expect([record.shownBy, record.sessions.length]).toEqual([shownBy, count]);
  });

  it('has what was read, who sees it and how long it is kept, and no id that writes to a session', async () => {
    app = await startTestApp({ RETENTION_DAYS: '30', OWNER_NAME: 'Maren Achterberg' });
    await addSession('typed');
    const { status, body, headers } = await ask('typed');
    expect([status, headers['cache-control'], headers['content-type']]).toEqual([
      200,
      'no-store',
      'application/json; charset=utf-8',
    ]);
    expect(JSON.parse(body)).toMatchObject({
      emailOfAccessor: EMAIL,
      keptDays: 30,
      owner: 'Maren Achterberg',
      mayErase: false,
      sessions: [{ readingTimeMs: 60_000, spans: [{ start: new Date(NOW).toISOString() }] }],
    });
    expect(body).not.toContain('"id":"typed"');
  });

  it('is there while the access lasts', async () => {
    app = await startTestApp();
    await addSession('typed');
    const cookie = cookieOf('typed');
    const { status, body } = await ask('');
    expect([status, body]).toEqual([401, expect.stringContaining('This is shown while your access lasts')]);
    expect((await app.send('GET', PATH, { cookie: cookie.replace(/stillhere_access=[^;]+/, '') })).status).toBe(401);
    expect((await app.send('GET', PATH, { cookie })).status).toBe(200);
    await app.store.endAccess('typed', app.clock.now);
    expect((await app.send('GET', PATH, { cookie })).status).toBe(401);
  });

  it('stands on a page without data, in the language of the reader', async () => {
    app = await startTestApp();
    const { status, body, headers } = await app.send('GET', '/access/mine', { 'accept-language': 'de' });
    expect([status, headers['content-language']]).toEqual([200, 'de']);
    expect(body).toContain('<h1>Was über Sie gespeichert ist</h1>');
    expect(body).toContain('<stillhere-own-record lang="de" base="">');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  });
});

describe('erasing one’s own record', () => {
  it('is the owner’s to allow', async () => {
    app = await startTestApp();
    await addSession('typed');
    const { status, body } = await ask('typed', 'DELETE');
    expect([status, body]).toEqual([403, expect.stringContaining('The owner of these pages erases records')]);
    expect(await app.store.findSession('typed')).toBeDefined();
  });

  it.for([
    ['typed', ['also-typed', 'confirmed', 'invited', 'invited-on-phone', 'invited-otherwise', 'of-bob']],
    ['invited', ['also-typed', 'confirmed', 'invited-otherwise', 'of-bob', 'typed']],
    ['confirmed', ['of-bob']],
  ] as const)('that is %s deletes what is shown, and ends the access', async ([session, left]) => {
    app = await startTestApp({ READER_ERASE: 'true' });
    await addMany();
    await app.store.totals.setReaderExcluded(EMAIL, true);
    const { status, headers, body } = await ask(session, 'DELETE');
    expect([status, JSON.parse(body)]).toEqual([200, { success: true }]);
    // What else names the reader goes only with all of its sessions.
    expect(await app.store.totals.listExcludedReaders()).toEqual(session === 'confirmed' ? [] : [EMAIL]);
    expect(headers['set-cookie']?.join()).toContain('stillhere_access=;');
    const sessions = await app.store.listSessions({ pageSize: 10 });
    expect(sessions.map(({ id }) => id).toSorted()).toEqual([...left]);
    expect((await ask(session)).status).toBe(401);
  });

  it('is refused without access, and from another site', async () => {
    app = await startTestApp({ READER_ERASE: 'true' });
    await addSession('typed');
    expect((await ask('', 'DELETE')).status).toBe(401);
    const foreign = { cookie: cookieOf('typed'), origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await app.send('DELETE', PATH, foreign)).status).toBe(403);
    expect(await app.store.findSession('typed')).toBeDefined();
  });
});

it('lies under the path of the site', async () => {
  app = await startTestApp({ BASE: '/work' });
  const { body } = await app.send('GET', '/work/access/mine');
  expect(body).toContain('src="/work/stillhere-own-record.js"');
  expect((await app.send('GET', `/work${PATH}`)).status).toBe(401);
});
