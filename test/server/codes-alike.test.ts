// A gate that mails codes tells nobody which addresses are on its list: not by an answer, not by its work, not by its time.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import { FormReader, mailsCodes } from '../helpers/codes-by-mail.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { OWNER_TOKEN, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';
import { until } from '../helpers/until.ts';

/** Of one length. */
const LISTED = 'reader@listed.example';
const OTHER = 'reader@others.example';
const MINUTE = 60_000;
const PAIRS = 150;

let smtp: MailServer;
let app: TestApp;
let calls: string[];
beforeEach(async () => {
  smtp = await MailServer.start();
  calls = [];
  app = await startTestApp({ ...mailsCodes(smtp), ALLOW: 'listed.example', LIMIT_GATE: '0' }, watchStore);
});
afterEach(async () => {
  await app.close();
  await smtp.stop();
});

/** The store, with the calls that the gate makes written down: which, in which order, and how long the values are. */
function watchStore(store: SessionStore): SessionStore {
  const parts = { codes: watch(store.codes), blockedReaders: watch(store.blockedReaders) };
  return new Proxy(watch(store), {
    get: (watched, name: keyof SessionStore) =>
      Object.hasOwn(parts, name) ? parts[name as keyof typeof parts] : watched[name],
  });
}

function watch<Watched extends object>(object: Watched): Watched {
  return new Proxy(object, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...values: readonly unknown[]): unknown => {
        calls.push(`${String(name)} ${shapeOf(values)}`);
        return Reflect.apply(member, target, values);
      };
    },
  });
}

/** Texts as their lengths. */
function shapeOf(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => (key !== 'next' && typeof one === 'string' ? one.length : one));
}

/** Without what is random or the reader's own. */
function withoutRandom({ status, headers, body }: Answer): unknown {
  const { date: _, ...others } = headers;
  const text = JSON.stringify({ status, others, body });
  return text
    .replaceAll(/reader@(?:listed|others)\.example/g, 'ADDRESS')
    .replace(/<style>.*<\/style>/, '')
    .replaceAll(/stillhere_code=[\w-]{32}/g, 'COOKIE')
    .replaceAll(/name=\\"form\\" value=\\"[\w-]{16}\\"/g, 'FORM');
}

/** All that a reader can try without the code: each answer and each call of the store. */
async function tryAll(email: string): Promise<unknown[]> {
  const reader = new FormReader(app);
  calls = [];
  const answers = [await reader.ask(email)];
  answers.push(await reader.send('GET', answers[0]?.headers.location ?? ''));
  answers.push(await reader.askAgain());
  for (let time = 0; time < 6; time++) answers.push(await reader.enter('12345'), await reader.enter('000000'));
  app.clock.now += MINUTE;
  answers.push(await reader.askAgain());
  answers.push(await reader.send('GET', answers.at(-1)?.headers.location ?? ''));
  for (let time = 0; time < 5; time++) answers.push(await new FormReader(app).ask(email));
  const body = JSON.stringify({ email });
  answers.push(await app.send('POST', '/api/verify-temp-access', { 'content-type': 'application/json' }, body));
  app.clock.now -= MINUTE;
  return [...answers.map(withoutRandom), ...calls];
}

it('each answer and each call of the store is the same for both', async () => {
  const [listed, other] = [await tryAll(LISTED), await tryAll(OTHER)];
  expect(listed).toEqual(other);
  // The last ones ask too often.
  expect(listed.filter((one) => String(one).includes('"status":429')).length).toBeGreaterThan(1);
  // One of a million runs guesses the code: it sees a failure above.
  await until(() => smtp.mails.length === 5);
  expect(new Set(smtp.mails.flatMap(({ to }) => to))).toEqual(new Set([LISTED]));
});

it('an answer takes the same time for both', async () => {
  const time = async (email: string): Promise<number> => {
    const began = performance.now();
    await new FormReader(app).ask(email);
    return performance.now() - began;
  };
  for (let nth = 0; nth < 20; nth++) await time(`warm${nth}@other.example`);
  let slower = 0;
  for (let nth = 0; nth < PAIRS; nth++) {
    // Which one is first changes, because the second finds warmer caches.
    const [listed, other] = [`r${nth}@listed.example`, `r${nth}@others.example`];
    const [one, two] =
      nth % 2 ? [await time(listed), await time(other)] : [await time(other), await time(listed)].toReversed();
    if ((one ?? 0) > (two ?? 0)) slower++;
  }
  // Of 150 throws of a coin, less than 45 or more than 105 show one side in one of a million.
  expect(slower).toBeGreaterThanOrEqual(45);
  expect(slower).toBeLessThanOrEqual(105);
});

it('an answer does not wait for the mail server', async () => {
  let release = (): void => {};
  smtp.fate = () => new Promise((resolve) => (release = resolve));
  const { status } = await new FormReader(app).ask(LISTED);
  expect(status).toBe(303);
  await until(() => smtp.mails.length === 1);
  release();
});

it('an address that is not on the list counts as refused', async () => {
  await new FormReader(app).ask(OTHER);
  await until(async () => {
    await app.writeRefusals();
    return (await refusedToday()) === 1;
  });
});

async function refusedToday(): Promise<number> {
  const { body } = await app.send('GET', '/api/days', {
    authorization: `Bearer ${OWNER_TOKEN}`,
  });
  return (JSON.parse(body) as { days: { refused: number }[] }).days.reduce((sum, { refused }) => sum + refused, 0);
}
