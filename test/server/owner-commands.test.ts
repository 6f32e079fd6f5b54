// The commands that show the owner the store, as processes of their own.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cookieOf, enter } from '../helpers/invite.ts';
import { makeSpan, NOW, startTestApp, type TestApp } from '../helpers/test-app.ts';

const CLI = resolve(import.meta.dirname, '../../server/cli.ts');
const MINUTE = 60_000;
let app: TestApp;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Result> {
  const env = { ...process.env, STORE_URL: `file:${app.storeFile}`, TZ: 'Europe/Berlin' };
  return promisify(execFile)(process.execPath, [CLI, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Result) => error,
  );
}

beforeAll(async () => {
  app = await startTestApp();
  const ids: string[] = [];
  for (let nth = 0; nth < 12; nth++) {
    const id = `s${nth}`;
    const start = Date.now() - 60 * MINUTE + nth * MINUTE;
    await app.store.createSession({
      id,
      email: nth === 0 ? 'evil\u001b[2J@example.com' : `ann+${nth % 2}@example.com`,
      startMs: start,
    });
    app.clock.now = Date.now();
    if (nth < 11) await app.deliver([makeSpan({ session: id, page: '/report/', start, end: start + 2 * MINUTE })]);
    ids.push(id);
  }
  await app.store.createSession({ id: 'old', email: 'old@example.com', startMs: NOW - 400 * 1_440 * MINUTE });
  await app.store.totals.counting.count([...ids, 'old']);
});
afterAll(() => app.close());

it('`sessions` filters like the API, and says when there are more', async () => {
  const { stdout } = await run('sessions', '--email', 'ANN+1@example.com', '--limit', '2', '--sort', 'reading');
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^ann\+1@example\.com {2}\S+ \S+ {2}\S+ \S+ {2}00:02:00 {2}\/report\/ +s\d+$/);
  expect(lines[3]).toBe('There are more than these 2: raise --limit, or use stillhere export.');
});

it('`sessions --json` says on the standard error when there are more', async () => {
  const { stdout, stderr } = await run('sessions', '--limit', '2', '--json');
  expect((JSON.parse(stdout) as { sessions: unknown[] }).sessions).toHaveLength(2);
  expect(stderr).toContain('There are more than these 2');
});

it('`session` prints the visits and pages of one session', async () => {
  const { stdout } = await run('session', 's2');
  expect(stdout).toMatch(/^reader +ann\+0@example\.com \(typed\)\n/);
  expect(stdout).toMatch(/^read +00:02:00$/m);
  expect(stdout).toMatch(/^1 {6}\S+ \S+ {2}\S+ \S+ {2}00:02:00$/m);
  expect(stdout).toMatch(/^\/report\/ {2}00:02:00$/m);
  const { stdout: json } = await run('session', 's2', '--json');
  expect(JSON.parse(json)).toMatchObject({ id: 's2', pages: [{ page: '/report/', readingTimeMs: 120_000 }] });
  const { code, stderr } = await run('session', 'unknown');
  expect([code, stderr]).toEqual([1, 'There is no session unknown; stillhere sessions lists them with their ids.\n']);
});

it('`readers` and `pages` print totals, without control characters', async () => {
  const { stdout: readers } = await run('readers', '--sort', 'reading');
  const rows = readers.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4).join(' '));
  expect(rows[0]).toBe('reader sessions visits read');
  expect(rows.slice(1, 3).toSorted()).toEqual(['ann+0@example.com 5 5 00:10:00', 'ann+1@example.com 5 5 00:10:00']);
  expect(rows.slice(3)).toEqual(['evil\ufffd[2J@example.com 1 1 00:02:00', '']);
  expect(readers).toMatch(/ {2}id\nann\+\d@example\.com .* {2}[\w-]{16}\n/);
  const { stdout: first, stderr } = await run('readers', '--json', '--limit', '1');
  expect((JSON.parse(first) as { readers: unknown[] }).readers).toHaveLength(1);
  expect(stderr).toBe('There are more than these 1: raise --limit.\n');
  const { stdout: pages } = await run('pages', '--json');
  expect(JSON.parse(pages)).toMatchObject({ pages: [{ page: '/report/', sessions: 11, readers: 3 }] });
});

it('`export` writes everything, as CSV or NDJSON', async () => {
  const { stdout: csv } = await run('export', '--csv', '--to', '2020-01-01');
  expect(csv.split('\r\n')).toHaveLength(2);
  const { stdout: ndjson } = await run('export', '--ndjson', '--page', '/report/index.html');
  expect(ndjson.trimEnd().split('\n')).toHaveLength(11);
});

it('`report` sums up the last days, by reader, page and day', async () => {
  const { stdout } = await run('report', '--since', '7d');
  expect(stdout).toMatch(
    /^\S+ \S+ to \S+ \S+ \(Europe\/Berlin\)\n\nSessions: 11, readers: 3, reading time: 00:22:00\n/,
  );
  expect(stdout).toContain('\nOnly opened, for less than 5 seconds: 1\n');
  expect(stdout).toMatch(/^\/report\/ +11 +00:22:00$/m);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).not.toContain('old@example.com');
});

it('`share` prints a link once, `shares` lists it without its token, `unshare` revokes it', async () => {
  expect((await run('shares')).stdout).toBe('There are no shared links.\n');
  const { stdout } = await run('share', '--pages', '/report', '--expires', '2d', '--label', 'Bea');
  const [, token = ''] = /^http:\/\/localhost:8080\/owner#share=([\w-]{32})$/m.exec(stdout) ?? [];
  const [, id = ''] = /stillhere unshare (\S+)$/m.exec(stdout) ?? [];
  const cookie = `stillhere_share=${token}`;
  app.clock.now = Date.now();
  expect((await app.send('GET', '/api/sessions', { cookie })).status).toBe(200);
  const listed = await run('shares');
  expect(listed.stdout).toMatch(new RegExp(`^${id} +Bea +/report/ `, 'm'));
  expect(listed.stdout).not.toContain(token);
  expect(JSON.parse((await run('shares', '--json')).stdout)).toMatchObject({ shares: [{ id, pages: '/report/' }] });
  expect((await run('unshare', id)).code).toBe(0);
  expect((await app.send('GET', '/api/sessions', { cookie })).status).toBe(401);
  expect((await run('shares')).stdout).toBe('There are no shared links.\n');
});

it('`invite` prints a link once, `invitations` lists it without its token, and revokes it', async () => {
  expect((await run('invitations')).stdout).toBe('There are no invitations.\n');
  const { stdout, stderr } = await run('invite', 'Guest@Example.com', '--pages', '/confidential', '--expires', '2d');
  const [, token = ''] = /^http:\/\/localhost:8080\/access\/invited#([\w-]{32})$/m.exec(stdout) ?? [];
  const [, id = ''] =
    /^Opens pages below \/confidential\/ for guest@example\.com, .*--revoke (\S+)$/m.exec(stdout) ?? [];
  expect(stderr).toBe('PUBLIC_URL is not set, so the link is for this machine only.\n');
  app.clock.now = Date.now();
  const cookie = cookieOf(await enter(app, { invitation: token }));
  expect((await app.send('GET', '/confidential/', { cookie })).status).toBe(200);
  const listed = await run('invitations');
  expect(listed.stdout).toMatch(new RegExp(`^${id} +guest@example\\.com +/confidential/ .* used +1$`, 'm'));
  expect(listed.stdout).not.toContain(token);
  expect(JSON.parse((await run('invitations', '--json')).stdout)).toMatchObject({
    invitations: [{ id, state: 'used' }],
  });
  expect((await run('invitations', '--revoke', id)).code).toBe(0);
  expect((await enter(app, { invitation: token })).status).toBe(403);
  expect((await run('invitations')).stdout).toBe('There are no invitations.\n');
});

it.for([
  [['share', '--expires', 'soon'], '--expires: must be a time from now like 12h, 30d or 4w, or a date like 2026-12-24'],
  [['unshare', 'x'], 'There is no shared link with this id; stillhere shares lists them'],
  [['invite', 'ann'], 'address: must be an e-mail address'],
  [['invite', 'a@b.cd', '--pages', 'x'], '--pages: must be a path like /report/, which begins with /'],
  [['invitations', '--revoke', 'x'], 'There is no invitation with this id; stillhere invitations lists them'],
  [['sessions', '--state', 'gone'], '--state: must be one of reading, away, ended, opened'],
  [['sessions', '--limit', 'x'], '--limit: must be a whole number, 1 to 10000'],
  [['readers', '--sort', 'email'], '--sort: must be one of last, reading, sessions'],
  [['export'], 'Choose one of --csv and --ndjson.'],
  [['report', '--since', 'ever'], '--since: must be like 24h, 7d, 4w or 2026-11-24, and at most a year ago'],
] as const)('%j is refused', async ([args, message]) => {
  expect(await run(...args)).toMatchObject({ code: 1, stdout: '', stderr: `${message}\n` });
});

it('`erase` prints what went, and finds nothing the second time', async () => {
  const email = 'ann+0@example.com';
  await app.store.blockedReaders.block(email, NOW);
  await app.store.refusals.add(new Map(), [{ email, tries: 3, firstMs: NOW, lastMs: NOW }], NOW);
  const code = { next: '/', isMeasured: true, codeHmac: 'hmac', sentMs: NOW, untilMs: NOW };
  await app.store.codes.add({ hash: 'hash', email, ...code }, 0);
  await app.store.totals.setReaderExcluded(email, true);
  const erased = await run('erase', email);
  expect([erased.code, erased.stdout.split('\n')]).toEqual([
    0,
    [
      'Erased 5 sessions with 5 stretches of reading.',
      'Deleted 1 codes for it.',
      'Deleted 3 refused tries with it.',
      'Deleted that you have taken its access: the gate can let it in again.',
      'Deleted that it is kept out of the totals.',
      '',
    ],
  ]);
  const again = await run('erase', 'Ann+0@example.com');
  expect([again.code, again.stdout]).toEqual([0, 'Nothing was found of this address.\n']);
});

it('`erase` takes only addresses, and `erasures` says when nothing is outstanding', async () => {
  const { code, stderr } = await run('erase', 'ann');
  expect([code, stderr]).toEqual([1, 'address: must be an e-mail address\n']);
  expect((await run('erasures')).stdout).toBe('Nothing is outstanding.\n');
});
