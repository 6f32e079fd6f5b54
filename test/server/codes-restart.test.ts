// What outlives a restart of a server that mails codes, and what a change of its list ends.
import { afterEach, expect, it } from 'vitest';
import { FormReader, mailsCodes } from '../helpers/codes-by-mail.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { SMALL_SITE, startReadingSiteInTest } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import type { Answer } from '../helpers/test-app.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startMail(): Promise<MailServer> {
  const smtp = await MailServer.start();
  closing.push(() => smtp.stop());
  return smtp;
}

async function start(environment: NodeJS.ProcessEnv): Promise<StillhereServer> {
  const server = await startReadingSiteInTest(SMALL_SITE, environment);
  closing.push(() => server.stop());
  return server;
}

const readerOf = ({ url }: StillhereServer): FormReader =>
  new FormReader({
    send: async (method, path, headers, body) => {
      const response = await fetch(url + path, {
        method,
        headers: headers as Record<string, string>,
        redirect: 'manual',
        ...(typeof body === 'string' && { body }),
      });
      const { status } = response;
      const cookies = response.headers.getSetCookie();
      const all = { ...Object.fromEntries(response.headers), 'set-cookie': cookies };
      return { status, headers: all, body: await response.text() } satisfies Answer;
    },
  });

it('a code that was mailed before a restart is accepted afterwards', async () => {
  const smtp = await startMail();
  const server = await start(mailsCodes(smtp));
  const ann = readerOf(server);
  const code = await ann.askForCode(smtp);
  await server.stop();
  await server.start();
  expect((await ann.enter(code)).status).toBe(303);
  expect((await ann.send('GET', '/read/')).status).toBe(200);
});

it('an address that was taken from the list gets no access by its code, and loses the access that it has', async () => {
  const smtp = await startMail();
  const before = await start({ ...mailsCodes(smtp), ALLOW: 'example.com' });
  const [ann, waiting] = [readerOf(before), readerOf(before)];
  await ann.enter(await ann.askForCode(smtp));
  expect((await ann.send('GET', '/read/')).status).toBe(200);
  const code = await waiting.askForCode(smtp);
  const cookies = [ann.cookies, waiting.cookies];
  await before.stop();

  const after = await start({ ...mailsCodes(smtp), ALLOW: 'bob@example.com', STORE_URL: before.storeUrl });
  const [annLater, waitingLater] = cookies.map((kept) => {
    const reader = readerOf(after);
    for (const [name, value] of kept) reader.cookies.set(name, value);
    return reader;
  }) as [FormReader, FormReader];
  expect((await annLater.send('GET', '/read/')).status).toBe(303);
  expect((await waitingLater.enter(code)).status).toBe(403);
  expect(await after.sessions()).toHaveLength(1);
});

it('the gate answers alike while the mail server is down', async () => {
  const smtp = await startMail();
  const server = await start(mailsCodes(smtp));
  await smtp.stop();
  closing.splice(0, 1);
  const began = performance.now();
  const { status, headers } = await readerOf(server).ask('ann@example.com', '/read/');
  expect([status, headers.location?.split('&')[0]]).toEqual([303, '/access/code?next=%2Fread%2F']);
  expect(performance.now() - began).toBeLessThan(5_000);
});
