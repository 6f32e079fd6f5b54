// The command `mail test`.
import { randomUUID } from 'node:crypto';
import { ConfigError, readConfig } from '../config/config.ts';
import { sendMail } from '../mail/smtp.ts';

/** Sends a test mail, and prints in one sentence what came of it. */
export async function testMail(): Promise<void> {
  const { mail } = readConfig(process.env);
  if (!mail) throw new ConfigError('Set SMTP_URL, MAIL_FROM and MAIL_TO.');
  const text = 'This is the test that you asked for. Mail from Stillhere reaches you.';
  const id = `test_${randomUUID().replaceAll('-', '')}`;
  const message = { id, subject: 'A test of Stillhere', text: `${text}\n`, html: `<p>${text}</p>` };
  const outcome = await sendMail(mail, message, new AbortController().signal);
  if (outcome.type === 'told' && outcome.note === undefined)
    console.info(`The mail server has accepted the test mail to ${mail.to.join(', ')}.`);
  else {
    const reason = outcome.type === 'told' ? outcome.note : outcome.reason;
    console.info(`The test mail was not sent to everybody: ${reason}.`);
    process.exitCode = 1;
  }
}
