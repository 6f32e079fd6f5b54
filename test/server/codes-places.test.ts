// Codes by mail where the site lies under a path, behind https, and in frames of other sites.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeIn, FormReader, mailsCodes } from '../helpers/codes-by-mail.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';
import { until } from '../helpers/until.ts';

let smtp: MailServer;
let app: TestApp | undefined;
beforeEach(async () => {
  smtp = await MailServer.start();
});
afterEach(async () => {
  await app?.close();
  await smtp.stop();
});

it('under a path, each step and the page lie under it, and so does the cookie', async () => {
  app = await startTestApp({ ...mailsCodes(smtp), BASE: '/work' });
  const reader = new FormReader(app);
  const asked = await reader.send('POST', '/work/access', { email: 'ann@example.com', next: '/work/confidential/' });
  expect(asked.headers.location).toMatch(/^\/work\/access\/code\?next=%2Fwork%2Fconfidential%2F&sent=/);
  expect(asked.headers['set-cookie']).toEqual([expect.stringContaining('; Path=/work;')]);
  const page = await reader.send('GET', asked.headers.location ?? '');
  expect(page.body).toContain('href="/work/access?next=%2Fwork%2Fconfidential%2F"');
  expect(page.body).toContain('src="/work/stillhere-gate.js"');
  const mail = await until(() => smtp.mails[0]);
  expect(mail.headers.get('subject')).toMatch(/ is your code for site\.example\/work$/);
  const entered = await reader.send('POST', '/work/access/code', { code: codeIn(mail) });
  expect(entered.headers.location).toMatch(/^\/work\/access\?next=%2Fwork%2Fconfidential%2F&entered=/);
  const last = await reader.send('GET', entered.headers.location ?? '');
  expect(last.headers.location).toBe('/work/confidential/');
  expect((await reader.send('GET', '/work/confidential/')).status).toBe(200);
});

it.for([
  [{}, '; Secure; SameSite=Lax; HttpOnly'],
  [{ FRAME_ANCESTORS: 'https://wiki.example' }, '; Secure; SameSite=None; Partitioned; HttpOnly'],
] as const)('behind https, with %o, the cookie is%s', async ([environment, attributes]) => {
  app = await startTestApp({ ...mailsCodes(smtp), PUBLIC_URL: 'https://site.example', ...environment });
  const reader = new FormReader(app);
  const { headers } = await reader.ask('ann@example.com');
  expect(headers['set-cookie']).toEqual([
    expect.stringMatching(new RegExp(`^__Host-stillhere_code=.+; Path=/; Max-Age=3600${attributes}$`)),
  ]);
  const code = codeIn(await until(() => smtp.mails[0]));
  expect((await reader.enter(code)).headers['set-cookie']?.at(-1)).toBe(
    `__Host-stillhere_code=; Path=/; Max-Age=0${attributes}`,
  );
});

it('the host of a request is in no mail', async () => {
  app = await startTestApp({ ...mailsCodes(smtp), PUBLIC_URL: '' });
  await new FormReader(app, { host: 'evil.test' }).ask('ann@example.com');
  const mail = await until(() => smtp.mails[0]);
  expect(mail.raw).not.toContain('evil.test');
  expect(mail.headers.get('subject')).toMatch(/^\d{3} \d{3} is your code$/);
});
