// Codes that the gate refuses: wrong, expired, used, of another browser. Each gets the form again, with one sentence and the way on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeIn, FormReader, mailsCodes, wrongFor } from '../helpers/codes-by-mail.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';
import { until } from '../helpers/until.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const WRONG = 'This code is not right, or no longer valid.';

let smtp: MailServer;
let app: TestApp;
let ann: FormReader;
beforeEach(async () => {
  smtp = await MailServer.start();
  app = await startTestApp({ ...mailsCodes(smtp), ALLOW: 'example.com' });
  ann = new FormReader(app);
});
afterEach(async () => {
  await app.close();
  await smtp.stop();
  expect(app.logLines.join('')).not.toMatch(/@|stillhere_code=/);
});

const sessions = () => app.store.listSessions({ pageSize: 9 });

function expectRefused({ status, body }: Answer): void {
  expect([status, body.includes(WRONG)]).toEqual([403, true]);
  expect(body).toContain('name="code"');
  expect(body).toContain('name="again"');
  expect(body).toContain('Use another address');
}

describe('a code', () => {
  it.for(['', '12345', '1234567', '12a456', '<script>', '٤٨٢٩١٣'])('that is none (%s) is refused', async (code) => {
    await ann.askForCode(smtp);
    expectRefused(await ann.enter(code));
    expect(await sessions()).toEqual([]);
  });

  it('that is wrong is refused, and the right one is still accepted', async () => {
    const code = await ann.askForCode(smtp);
    const refused = await ann.enter(wrongFor(code));
    expectRefused(refused);
    expect(refused.body).not.toContain(wrongFor(code));
    expect((await ann.enter(code)).status).toBe(303);
  });

  it('is refused after five wrong ones, also when all come at once', async () => {
    const code = await ann.askForCode(smtp);
    const guesses = Array.from({ length: 5 }, () => ann.enter(wrongFor(code)));
    for (const answer of await Promise.all([...guesses, ann.enter(code)])) expectRefused(answer);
    expectRefused(await ann.enter(code));
  });

  it('is refused after ten minutes, not earlier', async () => {
    const late = new FormReader(app);
    const [code, codeOfLate] = [await ann.askForCode(smtp), await late.askForCode(smtp)];
    app.clock.now += 10 * MINUTE - 1;
    expect((await ann.enter(code)).status).toBe(303);
    app.clock.now += 1;
    expectRefused(await late.enter(codeOfLate));
  });

  it('is refused, and none is mailed, after the owner has taken the access back', async () => {
    const code = await ann.askForCode(smtp);
    await app.store.blockedReaders.block('ann@example.com', app.clock.now);
    expectRefused(await ann.enter(code));
    expect((await ann.ask('ann@example.com')).status).toBe(303);
    await new FormReader(app).askForCode(smtp, 'bob@example.com');
    expect(smtp.mails.map(({ to }) => to)).toEqual([['ann@example.com'], ['bob@example.com']]);
  });

  it('that was used is gone', async () => {
    const code = await ann.askForCode(smtp);
    const cookie = `stillhere_code=${ann.cookies.get('stillhere_code')}`;
    await ann.enter(code);
    expectRefused(await new FormReader(app, { cookie }).enter(code));
    expect(await sessions()).toHaveLength(1);
  });

  it('is refused in another browser, with or without a code of its own', async () => {
    const code = await ann.askForCode(smtp);
    const other = new FormReader(app);
    expectRefused(await other.enter(code));
    await other.askForCode(smtp, 'bob@example.com');
    expectRefused(await other.enter(code));
  });

  it('is replaced by a new one after half a minute, not earlier', async () => {
    const code = await ann.askForCode(smtp);
    app.clock.now += 10 * SECOND;
    const early = await ann.askAgain();
    expect([early.status, early.headers['retry-after']]).toEqual([429, '20']);
    expect(early.body).toContain('Please wait 20 seconds');
    app.clock.now += 20 * SECOND;
    const again = await ann.askAgain();
    expect(again.headers.location).toBe('/access/code?next=%2Fconfidential%2F&again=yes');
    expect((await ann.send('GET', again.headers.location ?? '')).body).toContain('A new code is on its way');
    const fresh = codeIn(await until(() => smtp.mails[1]));
    if (fresh !== code) expectRefused(await ann.enter(code));
    expect((await ann.enter(fresh)).headers.location).toContain(encodeURIComponent('/confidential/plan.html'));
  });

  it('can be replaced, and used, when the clock was set back by an hour', async () => {
    await ann.askForCode(smtp);
    app.clock.now -= 60 * MINUTE;
    expect((await ann.askAgain()).status).toBe(303);
    const fresh = codeIn(await until(() => smtp.mails[1]));
    expect((await ann.askAgain()).status).toBe(429);
    expect((await ann.enter(fresh)).status).toBe(303);
  });

  it('can be replaced after it has expired, for an hour', async () => {
    await ann.askForCode(smtp);
    app.clock.now += 59 * MINUTE;
    await ann.askAgain();
    expect((await ann.enter(codeIn(await until(() => smtp.mails[1])))).status).toBe(303);
    await ann.askForCode(smtp);
    app.clock.now += 60 * MINUTE;
    expect((await ann.askAgain()).headers.location).toMatch(/^\/access\?/);
  });
});
