// Ten thousand guesses at codes, from many networks and over many addresses: none is right, and the limits hold.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FormReader, mailsCodes, wrongFor } from '../helpers/codes-by-mail.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

const ANN = 'ann@example.com';
const AT_ONCE = 50;

let smtp: MailServer;
let app: TestApp;
beforeEach(async () => {
  smtp = await MailServer.start();
  app = await startTestApp({ ...mailsCodes(smtp), ALLOW: ANN, TRUST_PROXY: 'true' });
});
afterEach(async () => {
  await app.close();
  await smtp.stop();
});

/** A reader of the nth network. */
const from = (nth: number): FormReader =>
  new FormReader(app, { 'x-forwarded-for': `10.${nth >> 16}.${(nth >> 8) & 255}.${nth & 255}` });

it('ten thousand guesses over two thousand addresses, each from a network of its own, open nothing', async () => {
  const statuses = new Map<number, number>();
  const guessAt = async (nth: number): Promise<void> => {
    const reader = from(nth);
    await reader.ask(`guest${nth}@example.com`);
    for (let guess = 0; guess < 5; guess++) {
      const { status } = await reader.enter(
        String((nth * 5 + guess) * 97)
          .padStart(6, '0')
          .slice(-6),
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  for (let nth = 0; nth < 2_000; nth += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, more) => guessAt(nth + more)));
  expect([...statuses]).toEqual([[403, 10_000]]);
  expect(await app.store.listSessions({ pageSize: 9 })).toEqual([]);
  expect(smtp.mails).toEqual([]);
}, 120_000);

it('an address gets five codes an hour, from however many networks they are asked for', async () => {
  const codes: string[] = [];
  for (let nth = 0; nth < 5; nth++) {
    const reader = from(nth);
    const code = await reader.askForCode(smtp, ANN);
    codes.push(code);
    for (let guess = 0; guess < 5; guess++) expect((await reader.enter(wrongFor(code))).status).toBe(403);
    expect((await reader.enter(code)).status).toBe(403);
  }
  for (let nth = 5; nth < 20; nth++) {
    const { status, headers, body } = await from(nth).ask(ANN);
    expect([status, Number(headers['retry-after']) > 3_500]).toEqual([429, true]);
    expect(body).toContain('Too many codes were requested for this address. Please try again in 60 minutes.');
  }
  app.clock.now += 60_000;
  expect((await from(0).askAgain()).status).toBe(303);
  expect(smtp.mails).toHaveLength(5);
  expect(await app.store.listSessions({ pageSize: 9 })).toEqual([]);
});

it('a network gets thirty codes in ten minutes and sixty guesses a minute; an IPv6 network is a /64', async () => {
  const at = (nth: number): FormReader => new FormReader(app, { 'x-forwarded-for': `2001:db8::${nth.toString(16)}` });
  const asked = [];
  for (let nth = 1; nth <= 31; nth++) asked.push((await at(nth).ask(`guest${nth}@example.com`)).status);
  expect(asked).toEqual([...Array<number>(30).fill(303), 429]);
  const guessed = [];
  // Asking counted, too.
  for (let nth = 1; nth <= 30; nth++) guessed.push((await at(nth).enter('123456')).status);
  expect(guessed).toEqual([...Array<number>(29).fill(403), 429]);
  const elsewhere = new FormReader(app, { 'x-forwarded-for': '2001:db8:0:1::1' });
  expect((await elsewhere.ask('guest@example.com')).status).toBe(303);
});
