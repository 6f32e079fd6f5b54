// Mail to the owner, through a real SMTP server.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../server/config/config.ts';
import { createMailer } from '../../server/mail/mailer.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { MailServer, refuse } from '../helpers/mail-server.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const SHORT = { requestMs: 2_500 };
const CLI = join(import.meta.dirname, '../../server/cli.ts');

let smtp: MailServer;
let store: SessionStore;
let mailer: ReturnType<typeof createMailer>;
let settings: Readonly<Record<string, string>>;
let now: number;
let logLines: string[];

/** @param timing as short as `SHORT` only where a test waits for the end of it: the machine may be busy. */
function open(change: Readonly<Record<string, string>> = {}, timing: { requestMs?: number } = {}): typeof mailer {
  settings = {
    SMTP_URL: smtp.url,
    MAIL_FROM: 'stillhere@site.example',
    MAIL_TO: 'owner@site.example',
    TIME_ZONE: 'Europe/Berlin',
    PUBLIC_URL: 'https://site.example',
    ...change,
  };
  const config = readConfig(settings).mail;
  if (!config) throw new Error('not configured');
  const log = pino({ level: 'trace' }, { write: (line) => logLines.push(line) });
  const clock = { wall: () => now, monotonic: () => now - NOW };
  return createMailer(config, store, log, { clock, ...timing });
}

beforeEach(async () => {
  [now, logLines] = [NOW, []];
  smtp = await MailServer.start();
  store = await openInlineStore(join(await mkdtemp(join(tmpdir(), 'stillhere-mail-')), 'test.db'));
  mailer = open();
  // Before it is known to the store, nothing waits for it.
  await mailer.round();
});
afterEach(async () => {
  await mailer.stop();
  await smtp.stop();
  await store.close();
  expect(logLines.join('')).not.toMatch(/\.example/);
});

async function reopen(change: Readonly<Record<string, string>>, timing?: typeof SHORT): Promise<void> {
  await mailer.stop();
  mailer = open(change, timing);
  await mailer.round();
}

async function pass(minutes: number): Promise<void> {
  now += minutes * MINUTE;
  while (await mailer.round());
}

/** A reader reads these pages, so many minutes each, from now on. */
async function visit(
  id: string,
  pages: Readonly<Record<string, number>>,
  email = `${id}@reader.example`,
): Promise<void> {
  await store.createSession({ id, email, startMs: now });
  for (const [page, minutes] of Object.entries(pages)) await read(id, page, now, (now += minutes * MINUTE));
}

async function read(session: string, page: string, startMs: number, endMs: number, isReplayed = false): Promise<void> {
  const span = { id: `${startMs}`, page, startMs, endMs, offsetMs: 0, isClosed: true, isReplayed };
  await store.record([{ session, receivedMs: now, span }]);
}

describe('a mail about a visit', () => {
  it('comes once, after its end, with who, how long, which pages, and a link', async () => {
    await visit('ann', { '/report/': 8, '/report/plan.html': 2 });
    await read('ann', '/report/numbers/', now, (now += MINUTE), true);
    await pass(29);
    expect(smtp.mails).toEqual([]);
    await pass(2);
    const [mail, ...more] = smtp.mails;
    expect(more).toEqual([]);
    const ref = (await store.findSession('ann'))?.ref;
    expect([mail?.from, mail?.to]).toEqual(['stillhere@site.example', ['owner@site.example']]);
    expect(mail?.headers.get('subject')).toBe('ann@reader.example read for 11 min 0 s, 1 min 0 s of it offline');
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.text).toBe(
      [
        'ann@reader.example read for 11 min 0 s, 1 min 0 s of it offline.',
        'Tuesday, 24 November 2026, 09:00–09:11 (Europe/Berlin)',
        '',
        '8 min 0 s     /report/',
        '2 min 0 s     /report/plan.html',
        '1 min 0 s     /report/numbers/',
        '',
        `The visit in pictures: https://site.example/owner/sessions/${ref}`,
        '',
        'The address is what the reader typed at the gate. Nobody has checked it.',
      ].join('\n'),
    );
    expect(mail?.html).toContain(`<a href="https://site.example/owner/sessions/${ref}">`);
    expect(mail?.html).toContain('<td>8 min 0 s</td><td><bdi>/report/</bdi></td>');
  });

  it('says how it is known whose address it is', async () => {
    for (const identity of ['invited', 'confirmed'] as const) {
      await store.createSession({ id: identity, email: `${identity}@reader.example`, startMs: now, identity });
      await read(identity, '/report/', now, (now += MINUTE));
    }
    await pass(31);
    const texts = smtp.mails.map(({ text }) => text.split('\n').at(-1));
    expect(new Set(texts)).toEqual(
      new Set([
        'The reader came by the personal link that you made for this address.',
        'The reader has entered a code that was mailed to this address.',
      ]),
    );
  });

  it('has no link where nobody knows the address of the site', async () => {
    await reopen({ PUBLIC_URL: '' });
    await visit('ann', { '/report/': 8 });
    await pass(31);
    expect(smtp.mails[0]?.text).not.toContain('http');
    expect(smtp.mails[0]?.html).not.toContain('http');
  });

  it('comes for each visit, but not again for what arrives later', async () => {
    await visit('ann', { '/report/': 8 });
    await pass(60);
    await read('ann', '/report/', now, (now += 5 * MINUTE));
    await pass(60);
    await read('ann', '/report/plan.html', NOW + 9 * MINUTE, NOW + 10 * MINUTE, true);
    await pass(60);
    expect(smtp.mails.map(({ headers }) => headers.get('subject'))).toEqual([
      'ann@reader.example read for 8 min 0 s',
      'ann@reader.example read for 5 min 0 s',
    ]);
    expect(smtp.mails[1]?.text).toContain('This was visit 2 since the reader passed the gate.');
  });

  it('comes when it turns out that what was only opened has been read', async () => {
    await visit('ann', {});
    await pass(120);
    expect(smtp.mails).toEqual([]);
    await read('ann', '/report/', NOW, NOW + 10 * MINUTE, true);
    await pass(120);
    expect(smtp.mails.map(({ headers }) => headers.get('subject'))).toEqual([
      'ann@reader.example read for 10 min 0 s, 10 min 0 s of it offline',
    ]);
  });

  it.for(['off', '12:00'])('does not come for who is not counted: %s', async (MAIL_DIGEST) => {
    await reopen({ MAIL_DIGEST });
    await visit('ann', { '/report/': 8 });
    await visit('bob', { '/report/': 8 });
    await store.totals.setReaderExcluded('ann@reader.example', true);
    await store.totals.setExcluded('bob', true);
    await pass(24 * 60);
    expect(smtp.mails).toEqual([]);
    expect(await store.outboxOf('mail').countUntold()).toBe(0);
  });

  it('waits until quiet hours are over', async () => {
    // 9 to 17 in Berlin is 8 to 16 in UTC.
    await reopen({ QUIET_HOURS: '9-17' });
    await visit('ann', { '/report/': 8 });
    await pass(7 * 60 + 51);
    expect(smtp.mails).toEqual([]);
    await pass(1);
    expect(smtp.mails).toHaveLength(1);
  });
});

describe('a digest', () => {
  const digest = { MAIL_DIGEST: '18:00' };

  it('comes once a day, with all visits that are over, across a restart', async () => {
    await reopen(digest);
    await visit('ann', { '/report/': 8, '/report/plan.html': 2 });
    await visit('bob', {});
    await visit('cat', { '/report/': 5 });
    await pass(0);
    await reopen(digest);
    await pass(8 * 60 + 44);
    expect(smtp.mails).toEqual([]);
    // 18:00 in Berlin. The last visit began five minutes ago.
    now = Date.parse('2026-11-24T17:00:00Z') - 5 * MINUTE;
    await visit('dan', { '/report/': 5 });
    await pass(0);
    const [mail, ...more] = smtp.mails;
    expect(more).toEqual([]);
    expect(mail?.headers.get('subject')).toBe('2 visits, 15 min 0 s of reading; opened 1 time without reading');
    const refs = await Promise.all(['ann', 'cat'].map(async (id) => (await store.findSession(id))?.ref));
    expect(mail?.text).toBe(
      [
        'ann@reader.example read for 10 min 0 s',
        'Tuesday, 24 November 2026, 09:00–09:10',
        '  8 min 0 s  /report/',
        '  2 min 0 s  /report/plan.html',
        `https://site.example/owner/sessions/${refs[0]}`,
        '',
        'cat@reader.example read for 5 min 0 s',
        'Tuesday, 24 November 2026, 09:10–09:15',
        '  5 min 0 s  /report/',
        `https://site.example/owner/sessions/${refs[1]}`,
        '',
        'Opened, not read (a mail scanner, or a person who left at once):',
        'bob@reader.example',
        '',
        'All times are in Europe/Berlin.',
      ].join('\n'),
    );
    await reopen(digest);
    await pass(23 * 60);
    expect(smtp.mails).toHaveLength(1);
    await pass(60);
    expect(smtp.mails.map(({ headers }) => headers.get('subject')).slice(1)).toEqual(['1 visit, 5 min 0 s of reading']);
    await pass(24 * 60);
    expect(smtp.mails).toHaveLength(2);
  });

  it('is sent again as it was, with the same id, after its answer was lost', async () => {
    await reopen(digest, SHORT);
    await visit('ann', { '/report/': 8 });
    smtp.fate = () => new Promise(() => {});
    await pass(24 * 60);
    await visit('bob', { '/report/': 3 });
    smtp.fate = async () => {};
    await reopen(digest);
    await pass(60);
    const ids = smtp.mails.map(({ headers }) => headers.get('message-id'));
    const subjects = smtp.mails.map(({ headers }) => headers.get('subject'));
    expect(subjects.slice(0, 2)).toEqual(Array(2).fill('1 visit, 8 min 0 s of reading'));
    expect(ids[0]).toMatch(/^<digest_[0-9a-f]{32}@site\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(smtp.mails[1]?.text).toBe(smtp.mails[0]?.text);
  });

  it('loses and repeats nothing where single mails came before', async () => {
    await visit('ann', { '/report/': 8 });
    await pass(60);
    await visit('bob', { '/report/': 3 });
    await reopen(digest);
    await pass(24 * 60);
    await pass(24 * 60);
    expect(smtp.mails.map(({ headers }) => headers.get('subject'))).toEqual([
      'ann@reader.example read for 8 min 0 s',
      '1 visit, 3 min 0 s of reading',
    ]);
  });
});

describe('what readers send', () => {
  const LONG = 'x'.repeat(2_000);
  const EMAILS = [
    'ann@reader.example\r\nBcc: victim@other.example',
    'ann@reader.example\nSubject: other\n\nbody',
    '"<script>alert(1)</script>"@reader.example',
    '\u202emoc.rehto@nna\u2066@reader.example',
    '\u{1f469}\u{200d}\u{1f4bb}@reader.example',
    '\ud800@reader.example',
    '=?utf-8?q?fake?=@reader.example',
    `${LONG}@reader.example`,
  ];
  const PAGES = [
    '/<img src=x onerror="alert(1)">/',
    "/'&quot;/",
    '/a\r\nBcc: victim@other.example/',
    '/\u202egpj.exe/',
    '/\u05e9\u05dc\u05d5\u05dd/',
    '/\u{1f600}/',
    `/${LONG}/`,
    `/${'\u{1f600}'.repeat(1_000)}/`,
  ];

  it.for(['off', '12:00'])('is only text in a mail: %j', async (MAIL_DIGEST) => {
    await reopen({ MAIL_DIGEST });
    for (const [nth, email] of EMAILS.entries())
      await visit(`s${nth}`, Object.fromEntries(PAGES.map((page, mth) => [page, mth === nth ? 60 : 1])), email);
    await pass(24 * 60);
    expect(smtp.mails).toHaveLength(MAIL_DIGEST === 'off' ? EMAILS.length : 1);
    for (const { from, to, raw, headers, text, html } of smtp.mails) {
      expect([from, to]).toEqual(['stillhere@site.example', ['owner@site.example']]);
      expect([...headers.keys()].toSorted()).toEqual(
        ['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'].toSorted(),
      );
      for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
      expect(headers.get('subject')?.length).toBeLessThan(300);
      for (const one of [headers.get('subject') ?? '', text, html]) {
        // Line ends are our own.
        expect(one.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
        expect(one).not.toMatch(/^(Bcc|Subject):/m);
        expect(one).not.toContain('x'.repeat(200));
      }
      expect(html.match(/<(?!\/?(p|strong|bdi|table|tr|td|a|small|br)\b)/g)).toBeNull();
      expect(html).not.toMatch(/<[^>]* on\w+=/);
      for (const [, href] of html.matchAll(/href="([^"]*)"/g))
        expect(href).toMatch(/^https:\/\/site\.example\/owner\/sessions\/\w+$/);
    }
    const all = smtp.mails.map(({ text, headers }) => `${headers.get('subject')}\n${text}`).join('\n');
    expect(all).toContain('"<script>alert(1)</script>"@reader.example');
    expect(all).toContain('\u{1f469}\u{200d}\u{1f4bb}@reader.example');
    expect(all).toContain(`${'x'.repeat(199)}…`);
  });
});

describe('a mail server', () => {
  beforeEach(() => visit('ann', { '/report/': 8 }));

  const failures: readonly (readonly [string, () => Promise<void>, RegExp])[] = [
    ['never says whether it takes the mail', () => new Promise(() => {}), /sending took more than 2\.5 s/],
    ['takes nothing at the moment', () => Promise.reject(refuse(451)), /refuses the mail \(EMESSAGE, SMTP 451\)/],
    ['takes no such mail', () => Promise.reject(refuse(554, 'ann@reader.example')), /\(EMESSAGE, SMTP 554\)/],
  ];

  it.for(failures)('that %s gets it again, with the same id', async ([, fate, reason]) => {
    smtp.fate = fate;
    await reopen({}, SHORT);
    await pass(31);
    expect(smtp.mails).toHaveLength(1);
    expect(logLines.join('')).toMatch(reason);
    smtp.fate = async () => {};
    await reopen({});
    await read('ann', '/report/', NOW + 9 * MINUTE, NOW + 10 * MINUTE);
    await pass(11);
    const [one, other] = smtp.mails;
    expect(smtp.mails).toHaveLength(2);
    expect(other?.text).toBe(one?.text);
    expect(other?.headers.get('message-id')).toBe(one?.headers.get('message-id'));
    expect(one?.headers.get('message-id')).toMatch(/^<\w+@site\.example>$/);
  });

  it('that was dead during a restart gets it afterwards', async () => {
    const { port } = smtp;
    await smtp.stop();
    await pass(31);
    await mailer.stop();
    expect(logLines.join('')).toContain('(ESOCKET)');
    smtp = await MailServer.start(port);
    mailer = open();
    await pass(1);
    expect(smtp.mails).toHaveLength(1);
  });

  it('that refuses one of the recipients is not sent the mail again', async () => {
    await reopen({ MAIL_TO: 'owner@site.example, gone@site.example' });
    smtp.unknown.add('gone@site.example');
    await pass(31);
    await pass(60);
    expect(smtp.mails.map(({ to }) => to)).toEqual([['owner@site.example']]);
    expect(logLines.join('')).toContain('the mail server refuses 1 of the recipients');
  });

  it.for<readonly [string, (socket: Socket) => void]>([
    ['speaks HTTP', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>')],
    ['sends bytes without end', (socket) => void socket.write('2'.repeat(1_000_000))],
    ['says nothing', () => {}],
    ['hangs up', (socket) => socket.destroy()],
  ])('that %s keeps nothing but the mail waiting', async ([, behave]) => {
    const sockets = new Set<Socket>();
    const broken = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      behave(socket);
    }).listen(0, '127.0.0.1');
    await once(broken, 'listening');
    const { port } = broken.address() as { port: number };
    await reopen({ SMTP_URL: `smtp://127.0.0.1:${port}` }, SHORT);
    await pass(31);
    expect(logLines.join('')).toMatch(/an event could not be told/);
    for (const socket of sockets) socket.destroy();
    broken.close();
    await reopen({});
    await pass(11);
    expect(smtp.mails).toHaveLength(1);
  });

  it('that asks for a password gets it, and the log does not', async () => {
    await reopen({ SMTP_URL: smtp.url.replace('://', '://us%3Aer:wrong@') });
    await pass(31);
    expect(logLines.join('')).toMatch(/refuses the user or the password \(EAUTH, SMTP 535\)/);
    expect(logLines.join('')).not.toMatch(/us:er|us%3Aer|wrong/);
    await reopen({ SMTP_URL: smtp.url.replace('://', '://us%3Aer:p%40ss@') });
    await pass(1);
    expect(smtp.mails).toHaveLength(1);
  });
});

describe('stillhere mail test', () => {
  const type = async (environment: Readonly<Record<string, string>>): Promise<string> => {
    const env = { ...process.env, ...settings, ...environment };
    const run = promisify(execFile)(process.execPath, [CLI, 'mail', 'test'], { env, cwd: tmpdir() });
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    return stdout + stderr;
  };

  it('says in a sentence what came of it', async () => {
    expect(await type({})).toBe('The mail server has accepted the test mail to owner@site.example.\n');
    expect(smtp.mails.map(({ headers }) => headers.get('subject'))).toEqual(['A test of Stillhere']);
    smtp.unknown.add('owner@site.example');
    expect(await type({})).toBe(
      'The test mail was not sent to everybody: the mail server refuses the sender or all recipients (EENVELOPE, SMTP 550).\n',
    );
  });

  it('says which settings are missing or wrong, all at once', async () => {
    expect(await type({ SMTP_URL: '', MAIL_FROM: '', MAIL_TO: '' })).toBe('Set SMTP_URL, MAIL_FROM and MAIL_TO.\n');
    expect(await type({ MAIL_FROM: 'x', QUIET_HOURS: '7-7', MAIL_DIGEST: '24:00', TIME_ZONE: 'Mars' })).toMatch(
      /MAIL_FROM: must .*\n.*MAIL_DIGEST: must .*\n.*QUIET_HOURS: must .*\n.*TIME_ZONE: must /,
    );
  });
});
