// The gate with codes by mail: a reader asks for one, enters it, and is let in. codes-refused.test.ts has what is refused.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ASK, codeIn, ENTER, FormReader, mailsCodes, wrongFor } from '../helpers/codes-by-mail.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';
import { until } from '../helpers/until.ts';

const ANN = 'ann@example.com';
const MINUTE = 60_000;
const SUBMIT = '/api/verify-temp-access';
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

describe('a reader', () => {
  it('is let in by the code from the mail, and the record says so', async () => {
    const asked = await ann.ask(` Ann@Example.com `, '/confidential/plan.html?x=1');
    expect(asked.status).toBe(303);
    expect(asked.headers.location).toMatch(/^\/access\/code\?next=%2Fconfidential%2Fplan\.html%3Fx%3D1&sent=\d+$/);
    expect(asked.headers['set-cookie']).toEqual([
      expect.stringMatching(/^stillhere_code=[\w-]{32}; Path=\/; Max-Age=3600; SameSite=Lax; HttpOnly$/),
    ]);
    expect(await sessions()).toEqual([]);
    const page = await ann.send('GET', asked.headers.location ?? '');
    expect(page.status).toBe(200);
    expect(page.body).toContain('inputmode="numeric" autocomplete="one-time-code"');
    expect(page.body).toContain(`<bdi>${ANN}</bdi>`);
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });

    const mail = await until(() => smtp.mails[0]);
    expect(mail.to).toEqual([ANN]);
    const entered = await ann.enter(codeIn(mail));
    const next = encodeURIComponent('/confidential/plan.html?x=1');
    expect([entered.status, entered.headers.location]).toEqual([
      303,
      expect.stringMatching(new RegExp(`^/access\\?next=${next.replaceAll('.', '\\.')}&entered=`)),
    ]);
    expect([...ann.cookies.keys()]).toEqual(['session_record_id', 'stillhere_access']);
    expect((await ann.send('GET', entered.headers.location ?? '')).headers.location).toBe(
      '/confidential/plan.html?x=1',
    );
    expect(await ann.hasAccess()).toBe(true);
    expect(await sessions()).toMatchObject([{ email: ANN, identity: 'confirmed' }]);
  });

  it('may write the code in groups', async () => {
    const code = await ann.askForCode(smtp);
    expect((await ann.enter(` ${code.slice(0, 3)}\u00a0${code.slice(3)} `)).status).toBe(303);
  });

  it('is told at once that a code will come', async () => {
    expect((await ann.send('GET', ASK)).body).toContain('We will send a code to it.');
  });

  it('whose browser stores no cookie is told so', async () => {
    const { headers } = await ann.ask(ANN);
    ann.cookies.clear();
    const page = await ann.send('GET', headers.location ?? '');
    expect((await ann.send('GET', page.headers.location ?? '')).body).toContain('did not store the cookie');
  });

  it('who opens the form for a code without having asked gets to the gate', async () => {
    const { status, headers } = await ann.send('GET', `${ENTER}?next=%2Fconfidential%2F`);
    expect([status, headers.location]).toEqual([303, '/access?next=%2Fconfidential%2F']);
    expect((await ann.askAgain()).headers.location).toBe('/access?next=%2Fconfidential%2F');
  });

  it('is one session, however often the form with the code is sent', async () => {
    const code = await ann.askForCode(smtp);
    const cookie = `stillhere_code=${ann.cookies.get('stillhere_code')}`;
    const twice = [1, 2].map(() => new FormReader(app, { cookie }).enter(code, { form: 'one-form' }));
    expect((await Promise.all(twice)).map(({ status }) => status)).toEqual([303, 303]);
    expect(await sessions()).toHaveLength(1);
  });

  it('gets one mail, however often the form with the address is sent', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => ann.ask(ANN, '/confidential/', { form: 'one-form' })));
    expect(new Set(answers.map(({ headers }) => headers['set-cookie']?.[0])).size).toBe(1);
    const code = codeIn(await until(() => smtp.mails[0]));
    expect((await ann.enter(code)).status).toBe(303);
    expect(smtp.mails).toHaveLength(1);
  });
});

it('the choice not to be measured holds from the form to the session', async () => {
  const choosing = await startTestApp({ ...mailsCodes(smtp), OPT_OUT: 'true' });
  const reader = new FormReader(choosing);
  await reader.ask(ANN, '/confidential/', { choice: '1', unmeasured: '1' });
  await reader.enter(codeIn(await until(() => smtp.mails[0])));
  expect([...reader.cookies.keys()]).toEqual(['stillhere_access']);
  expect(await choosing.store.listSessions({ pageSize: 9 })).toMatchObject([
    { email: ANN, identity: 'confirmed', isMeasured: false },
  ]);
  await choosing.close();
});

describe('scripts', () => {
  const json = (body: object, cookie = ''): Promise<Answer> =>
    app.send('POST', SUBMIT, { 'content-type': 'application/json', cookie }, JSON.stringify(body));

  it('ask and enter in JSON', async () => {
    const asked = await json({ email: ANN, next: '/confidential/plan.html' });
    expect([asked.status, JSON.parse(asked.body)]).toEqual([200, { success: true, code: 'sent' }]);
    const cookie = asked.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const code = codeIn(await until(() => smtp.mails[0]));
    const wrong = await json({ code: wrongFor(code) }, cookie);
    expect([wrong.status, JSON.parse(wrong.body)]).toEqual([
      403,
      { success: false, error: expect.stringContaining(WRONG) as unknown },
    ]);
    const entered = await json({ email: ANN, code }, cookie);
    const [session] = await sessions();
    expect([entered.status, JSON.parse(entered.body)]).toEqual([
      200,
      { success: true, next: '/confidential/plan.html', session: session?.id },
    ]);
    expect(entered.headers['set-cookie']).toHaveLength(3);
  });

  it('ask for a new code in JSON', async () => {
    expect((await json({ again: 'yes' })).status).toBe(403);
    const cookie = (await json({ email: ANN })).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await json({ again: 'yes' }, cookie)).status).toBe(429);
    app.clock.now += MINUTE;
    expect(JSON.parse((await json({ again: 'yes' }, cookie)).body)).toEqual({ success: true, code: 'sent' });
  });
});

it('without GATE=confirmed, there is no form for a code, and a code is nothing', async () => {
  const open = await startTestApp();
  expect((await open.send('GET', ENTER)).status).toBe(404);
  const { status } = await open.send('POST', SUBMIT, { 'content-type': 'application/json' }, '{"code":"123456"}');
  expect(status).toBe(400);
  await open.close();
});
