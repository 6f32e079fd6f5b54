// Ten thousand guesses at what opens the gate, over HTTP: codes, personal links, access cookies. None opens it, all answers to one kind of
// guess are alike, and readers who have the right code, link or cookie still get in. Seeded: the same guesses each time.
import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashOfKey } from '../../server/store/key-hash.ts';
import { FormReader, mailsCodes, wrongFor } from '../helpers/codes-by-mail.ts';
import { cookieOf, enterByJson, JSON_TYPE, lookUp } from '../helpers/invite.ts';
import { keepAlive, type KeepAlive } from '../helpers/keep-alive.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { residentMb } from '../helpers/resident-memory.ts';
import { randomFrom } from '../helpers/seeded-random.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import type { Answer, TestApp } from '../helpers/test-app.ts';

const SECRET = 'secret-of-the-guessed-gate-0123456789abc';
const COOKIES = 4_000;
const TOKENS = 3_000;
const CODES = 3_000;
const LANES = 24;
const MOST_GROWTH_MB = 64;
const DAY = 86_400_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CHARACTER = /[\w.-]/;

let smtp: MailServer;
let server: StillhereServer;
let connections: KeepAlive;
const random = randomFrom(20_261_128);
let networks = 0;

beforeAll(async () => {
  smtp = await MailServer.start();
  const site = await mkdtemp(join(tmpdir(), 'stillhere-guessed-'));
  await mkdir(join(site, 'confidential'));
  await writeFile(join(site, 'confidential', 'index.html'), '<!doctype html><title>Secret</title>');
  server = await StillhereServer.start({
    ...mailsCodes(smtp),
    SECRET,
    SITE_DIR: site,
    PROTECT: '/confidential/',
    ALLOW: 'example.com',
    TRUST_PROXY: 'true',
  });
  connections = keepAlive(server.port, LANES);
}, 90_000);
afterAll(async () => {
  connections.close();
  await server.stop();
  await smtp.stop();
});

const send: TestApp['send'] = (...request) => connections.send(...request);

/** The headers of a client in a network of its own. */
function elsewhere(): { readonly 'x-forwarded-for': string } {
  const nth = networks++;
  return { 'x-forwarded-for': `10.${nth >> 16}.${(nth >> 8) & 255}.${nth & 255}` };
}
/** What has these headers, too. */
const as = (headers: Readonly<Record<string, string>>): Pick<TestApp, 'send'> => ({
  send: (method, path, more, body) => send(method, path, { ...headers, ...more }, body),
});

async function own<Given>(method: string, path: string, body?: object): Promise<Given> {
  const headers = { authorization: `Bearer ${OWNER_TOKEN}`, ...JSON_TYPE };
  const answer = await send(method, path, headers, body && JSON.stringify(body));
  expect(answer.status).toBeLessThan(300);
  return JSON.parse(answer.body) as Given;
}

const pick = <T>(all: readonly T[]): T => all[random(all.length)] as T;
const makeText = (length: number): string => Array.from({ length }, () => ALPHABET[random(ALPHABET.length)]).join('');
const truncate = (text: string): string => text.slice(0, random(text.length));

/** Another text that a cookie can hold. */
function flipBit(text: string): string {
  for (;;) {
    const at = random(text.length);
    const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7)));
    if (CHARACTER.test(flipped)) return text.slice(0, at) + flipped + text.slice(at + 1);
  }
}

function signedCookie(session: string, untilMs: number, secret: string): string {
  const granted = `${session}.${untilMs}`;
  return `${granted}.${createHmac('sha256', secret).update(granted).digest('base64url')}`;
}

const readCookie = (cookies: string, name: string): string => new RegExp(`${name}=([^;]+)`).exec(cookies)?.[1] ?? '';
const open = (access: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  send('GET', '/confidential/', { cookie: `stillhere_access=${access}`, ...headers });

async function inLanes(guesses: number, guess: (nth: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < guesses) await guess(next++);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Counts the answers that differ in more than their date, and in what is random in each. */
class Answers {
  readonly counts = new Map<string, number>();

  add({ status, headers, body }: Answer): void {
    const { date: _, ...others } = headers;
    const text = JSON.stringify([status, others, body]).replaceAll(
      /name=\\\\?"form\\\\?" value=\\\\?"[\w-]{16}/g,
      'FORM',
    );
    this.counts.set(text, (this.counts.get(text) ?? 0) + 1);
  }

  /** Status and number of those that are the same. */
  get statuses(): readonly (readonly [number, number])[] {
    return [...this.counts].map(([text, count]) => [(JSON.parse(text) as [number])[0], count]);
  }
}

/** Lets a reader in by a personal link. @returns the token, and the cookies. */
async function letIn(email: string): Promise<{ id: string; token: string; cookies: string }> {
  const { id, link } = await own<{ id: string; link: string }>('POST', '/api/invitations', { email });
  const token = link.split('#')[1] ?? '';
  const cookies = cookieOf(await enterByJson(as(elsewhere()), { invitation: token }));
  return { id, token, cookies };
}

it('cookies: 4,000 that nobody was given open nothing, with one answer to all', async () => {
  const [ann, bob, eve, ben] = await Promise.all(
    ['ann', 'bob', 'eve', 'ben'].map((name) => letIn(`${name}@example.com`)),
  );
  if (!ann || !bob || !eve || !ben) throw new Error('nobody was let in');
  const [annAccess, bobAccess] = [ann, bob].map(({ cookies }) => readCookie(cookies, 'stillhere_access'));
  if (!annAccess || !bobAccess) throw new Error('no cookie');
  const [annSession = '', annUntil = ''] = annAccess.split('.');
  const [bobSession = ''] = bobAccess.split('.');
  // What these cookies opened until now.
  await own('DELETE', `/api/sessions/${readCookie(eve.cookies, 'session_record_id')}/access`);
  await own('DELETE', '/api/readers/ben@example.com');
  const ended = [eve, ben].map(({ cookies }) => readCookie(cookies, 'stillhere_access'));
  // The right secret is what opens: the guesses below would, too, if they had it.
  expect((await open(signedCookie(annSession, Number(annUntil) + 1, SECRET))).status).toBe(200);

  const signature = annAccess.split('.')[2] ?? '';
  const guesses: readonly (() => string)[] = [
    () => `${makeText(26)}.${Date.now() + DAY}.${makeText(43)}`,
    () => `${annSession}.${annUntil}.${makeText(43)}`,
    () => truncate(annAccess),
    () => flipBit(annAccess),
    () => `${bobSession}.${annUntil}.${signature}`,
    () => `${annSession}.${Number(annUntil) + 1 + random(DAY)}.${signature}`,
    () => signedCookie(annSession, Number(annUntil), makeText(40)),
    () => signedCookie(annSession, Number(annUntil), `${SECRET.slice(0, -1)}x`),
    () => signedCookie(annSession, Date.now() - 1 - random(DAY), SECRET),
    () => signedCookie(makeText(26), Date.now() + DAY, SECRET),
    () => pick(ended),
    () => annSession,
  ];
  const answers = new Answers();
  await inLanes(COOKIES, async (nth) => answers.add(await open(guesses[nth % guesses.length]?.() ?? '')));
  expect(answers.statuses).toEqual([[303, COOKIES]]);
  expect([(await open(annAccess)).status, (await open(bobAccess)).status]).toEqual([200, 200]);
}, 120_000);

it('personal links: 3,000 tokens that are not valid let nobody in, with one answer to all', async () => {
  const cal = await letIn('cal@example.com');
  const dan = await letIn('dan@example.com');
  await own('DELETE', `/api/invitations/${dan.id}`);
  const before = (await server.sessions()).length;
  const guesses: readonly (() => string)[] = [
    () => makeText(32),
    () => makeText(random(40) + 1),
    () => truncate(cal.token) || 'x',
    () => flipBit(cal.token),
    () => hashOfKey(cal.token),
    () => dan.token,
    () => readCookie(cal.cookies, 'stillhere_access'),
  ];
  const [lookedUp, entered] = [new Answers(), new Answers()];
  await inLanes(TOKENS, async (nth) => {
    const token = guesses[nth % guesses.length]?.() ?? '';
    if (nth % 2) lookedUp.add(await lookUp(as(elsewhere()), token));
    else entered.add(await enterByJson(as(elsewhere()), { invitation: token, form: makeText(16) }));
  });
  expect(lookedUp.statuses).toEqual([[403, TOKENS / 2]]);
  expect(entered.statuses).toEqual([[403, TOKENS / 2]]);
  expect(await server.sessions()).toHaveLength(before);
  expect((await enterByJson(as(elsewhere()), { invitation: cal.token })).status).toBe(200);
}, 120_000);

it('codes: 3,000 guesses let nobody in, not even the right code in another browser, and memory stays bounded', async () => {
  const before = (await server.sessions()).length;
  const reader = new FormReader({ send }, elsewhere());
  const code = await reader.askForCode(smtp, 'fay@example.com');
  const warmMb = residentMb(server.pid);
  const answers = new Answers();
  let left = CODES;
  const guess = async (browser: FormReader, digits: string): Promise<void> => {
    left--;
    answers.add(await browser.enter(digits));
  };
  // Of listed addresses: a code is valid for five tries.
  for (let nth = 0; nth < 5; nth++) {
    const browser = new FormReader({ send }, elsewhere());
    let digits = await browser.askForCode(smtp, `guest${nth}@example.com`);
    const right = digits;
    for (let time = 0; time < 5; time++) await guess(browser, (digits = wrongFor(digits)));
    await guess(browser, right);
  }
  expect(answers.statuses.map(([status]) => status)).toEqual(Array(5).fill(403));
  answers.counts.clear();

  const cookies = [undefined, 'random', 'of the reader, flipped'] as const;
  const asked = reader.cookies.get('stillhere_code') ?? '';
  await inLanes(left, async (nth) => {
    const browser = new FormReader({ send }, elsewhere());
    const kind = cookies[nth % cookies.length];
    if (kind) browser.cookies.set('stillhere_code', kind === 'random' ? makeText(32) : flipBit(asked));
    await guess(browser, nth % 5 ? String(random(1_000_000)).padStart(6, '0') : code);
  });
  expect([left, answers.statuses]).toEqual([0, [[403, CODES - 30]]]);
  expect(await server.sessions()).toHaveLength(before);
  expect(residentMb(server.pid) - warmMb).toBeLessThan(MOST_GROWTH_MB);

  // The reader, in the browser that asked.
  expect((await reader.enter(code)).status).toBe(303);
  expect(await reader.hasAccess()).toBe(true);
  expect(await server.sessions()).toHaveLength(before + 1);
}, 120_000);

it('a reader in the network of somebody who guesses is told to wait; one elsewhere is not', async () => {
  const network = elsewhere();
  const [shared, other] = [new FormReader({ send }, network), new FormReader({ send }, elsewhere())];
  const code = await shared.askForCode(smtp, 'gil@example.com');
  const statuses: number[] = [];
  for (let nth = 0; nth < 100; nth++) statuses.push((await new FormReader({ send }, network).enter('123456')).status);
  // Asking counted, too.
  expect(statuses).toEqual([...Array<number>(59).fill(403), ...Array<number>(41).fill(429)]);
  const told = await shared.enter(code);
  expect(told.status).toBe(429);
  expect(Number(told.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(told.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(told.body).toContain('Too many requests from your network.');
  // The code is not lost: elsewhere, in the same browser, it opens.
  for (const [name, value] of shared.cookies) other.cookies.set(name, value);
  expect((await other.enter(code)).status).toBe(303);
  expect(await other.hasAccess()).toBe(true);
}, 60_000);

it('no guess was answered by a failure of the server', () => {
  expect(server.output).not.toContain('"level":50');
});
