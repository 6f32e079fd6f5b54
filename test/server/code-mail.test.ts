// The mail with a code, through a real SMTP server: what it says, when it is tried again, and what the log says of it.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../server/config/config.ts';
import { createCodeSender, type CodeSender } from '../../server/mail/code-sender.ts';
import { freePort } from '../helpers/free-port.ts';
import { MailServer, refuse } from '../helpers/mail-server.ts';
import { until } from '../helpers/until.ts';

const MAIL_FROM = 'gate@site.example';
const ANN = { to: 'ann@reader.example', code: '482913', language: 'en' } as const;
/** So that no test waits for seconds. */
const SHORT = { pausesMs: [20, 20, 20, 20] };

let smtp: MailServer;
let sender: CodeSender;
let logLines: string[];

function open(change: Readonly<Record<string, string>> = {}, timing: { pausesMs?: number[] } = SHORT): CodeSender {
  const { codeMail } = readConfig({ GATE: 'confirmed', SMTP_URL: smtp.url, MAIL_FROM, ...change });
  if (!codeMail) throw new Error('not configured');
  return createCodeSender(codeMail, pino({ level: 'trace' }, { write: (line) => logLines.push(line) }), timing);
}

const oneMail = () => until(() => smtp.mails[0]);

beforeEach(async () => {
  logLines = [];
  smtp = await MailServer.start();
  sender = open();
});
afterEach(async () => {
  await sender.stop();
  await smtp.stop();
  expect(logLines.join('')).not.toMatch(/\.example|482.?913/);
});

describe('a mail with a code', () => {
  it('begins with the code and says who asks, how long it is valid, and what to do if it was somebody else', async () => {
    sender = open({ OWNER_NAME: 'Jane <Doe>', PUBLIC_URL: 'https://site.example', BASE: '/work' });
    sender.send(ANN);
    const { from, to, headers, text, html } = await oneMail();
    expect([from, to]).toEqual([MAIL_FROM, [ANN.to]]);
    expect(headers.get('from')).toBe('"Jane <Doe>" <gate@site.example>');
    expect(headers.get('subject')).toBe('482 913 is your code for site.example/work');
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    expect(text).toBe(
      [
        'This e-mail address was entered to read the pages of Jane <Doe> (site.example/work).',
        'To read on, enter this code there:',
        '    482 913',
        "It is valid for 10 minutes, and only in the browser that asked for it. If it wasn't you, ignore this mail: without the code nobody gets in. Give it to nobody.",
      ].join('\n\n'),
    );
    expect(html).toContain('Jane &lt;Doe&gt;');
    expect(html).toContain('<strong>482 913</strong>');
    expect(text + html).not.toMatch(/https?:|href/);
  });

  it('names the owner where no setting says the address of the site, and nobody where there is no name', async () => {
    sender = open({ OWNER_NAME: 'Jane Doe' });
    sender.send(ANN);
    await until(() => smtp.mails.length === 1);
    await sender.stop();
    sender = open();
    sender.send(ANN);
    await until(() => smtp.mails.length === 2);
    const subjects = smtp.mails.map(({ headers }) => headers.get('subject'));
    expect(subjects).toEqual(['482 913 is your code for Jane Doe', '482 913 is your code']);
  });

  it('is in German for whoever prefers it', async () => {
    sender = open({ PUBLIC_URL: 'https://site.example' });
    sender.send({ ...ANN, language: 'de' });
    const { headers, text } = await oneMail();
    expect(headers.get('subject')).toBe('482 913 ist Ihr Code für site.example');
    expect(text).toContain('Er gilt 10 Minuten');
  });
});

describe('a mail server', () => {
  it('that says "later" is asked again', async () => {
    let attempts = 0;
    smtp.fate = async () => {
      if (++attempts < 3) throw refuse(451);
    };
    sender.send(ANN);
    await until(() => attempts === 3);
    await sender.stop();
    expect(smtp.mails).toHaveLength(3);
    expect(logLines).toEqual([]);
  });

  it('that is away is asked again when it is back', async () => {
    const port = await freePort();
    sender = open({ SMTP_URL: `smtp://127.0.0.1:${port}` }, { pausesMs: Array<number>(50).fill(50) });
    sender.send(ANN);
    await smtp.stop();
    smtp = await MailServer.start(port);
    await oneMail();
  });

  it('that refuses the address is asked once', async () => {
    smtp.unknown.add(ANN.to);
    sender.send(ANN);
    await until(() => logLines.length > 0);
    expect(logLines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { msg: 'a code could not be mailed', attempts: 1, reason: expect.stringContaining('SMTP 550') as unknown },
    ]);
  });

  it('that never takes the mail is given up after five attempts', async () => {
    smtp.fate = async () => {
      throw refuse(451);
    };
    sender.send(ANN);
    await until(() => logLines.length > 0);
    expect(smtp.mails).toHaveLength(5);
    expect(JSON.parse(logLines[0] ?? '')).toMatchObject({ msg: 'a code could not be mailed', attempts: 5 });
  });

  it('that is away does not keep the server from stopping', async () => {
    sender = open({ SMTP_URL: `smtp://127.0.0.1:${await freePort()}` }, { pausesMs: [50_000] });
    sender.send(ANN);
    await sender.stop();
  });

  it('that does not answer has a hundred codes waiting for it, and no more', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    smtp.fate = () => released;
    for (let nth = 0; nth < 102; nth++) sender.send(ANN);
    expect(logLines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(
      Array(2).fill('a code was not mailed: too many wait for the mail server'),
    );
    release();
    await until(() => smtp.mails.length === 100);
  });
});

describe('GATE=confirmed', () => {
  it.for([
    [{}, 'SMTP_URL and MAIL_FROM'],
    [{ SMTP_URL: 'smtp://mail.example' }, 'MAIL_FROM'],
    [{ MAIL_FROM, MAIL_TO: 'owner@site.example' }, 'SMTP_URL'],
  ] as const)('with %o is refused, and says that %s must be set', ([environment, missing]) => {
    expect(() => readConfig({ GATE: 'confirmed', ...environment })).toThrow(
      `The configuration can't be used:\n  GATE: confirmed mails codes to readers, so ${missing} must be set, too`,
    );
  });

  it('needs no address of the owner, and sends no mail to the owner then', () => {
    const both = { GATE: 'confirmed', SMTP_URL: 'smtp://mail.example', MAIL_FROM };
    expect(readConfig(both).mail).toBeUndefined();
    expect(readConfig({ ...both, MAIL_TO: 'owner@site.example' }).mail).toMatchObject({ to: ['owner@site.example'] });
    expect(() => readConfig({ ...both, GATE: 'open' })).toThrow('MAIL_TO: must be set, too');
  });

  it('is written so', () => {
    expect(() => readConfig({ GATE: 'closed' })).toThrow('GATE: must be one of open, invited, confirmed');
  });
});
