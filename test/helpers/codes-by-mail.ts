// Readers of a gate that mails codes, over HTTP, with the mail server that gets them.
import type { MailServer, ReceivedMail } from './mail-server.ts';
import type { Answer, TestApp } from './test-app.ts';
import { until } from './until.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };

export const ASK = '/access';
export const ENTER = '/access/code';

/** What a gate needs to mail codes by this server. */
export function mailsCodes(smtp: MailServer): Readonly<Record<string, string>> {
  return { GATE: 'confirmed', SMTP_URL: smtp.url, MAIL_FROM: 'gate@site.example', PUBLIC_URL: 'http://site.example' };
}

export function codeIn(mail: ReceivedMail | undefined): string {
  const code = mail?.headers.get('subject')?.match(/^(\d{3}) (\d{3}) /);
  if (!code) throw new Error('no code');
  return `${code[1]}${code[2]}`;
}

/** Another code of six digits. */
export function wrongFor(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

/** A browser without scripts: it keeps cookies and follows nothing by itself. */
export class FormReader {
  readonly #app: Pick<TestApp, 'send'>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly cookies = new Map<string, string>();

  constructor(app: Pick<TestApp, 'send'>, headers: Readonly<Record<string, string>> = {}) {
    this.#app = app;
    this.#headers = headers;
  }

  async send(method: string, path: string, fields?: Readonly<Record<string, string>>): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const body = fields && new URLSearchParams(fields).toString();
    const answer = await this.#app.send(
      method,
      path,
      { ...(fields && FORM), accept: 'text/html', ...this.#headers, ...(cookie && { cookie }) },
      body,
    );
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  ask(email: string, next = '/confidential/plan.html', more: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('POST', ASK, { email, next, ...more });
  }

  enter(code: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('POST', ENTER, { code, ...more });
  }

  askAgain(): Promise<Answer> {
    return this.send('POST', ENTER, { again: 'yes' });
  }

  /** Asks, and resolves with the code from the mail. */
  async askForCode(smtp: MailServer, email = 'ann@example.com'): Promise<string> {
    const before = smtp.mails.length;
    await this.ask(email);
    return codeIn(await until(() => smtp.mails[before]));
  }

  async hasAccess(): Promise<boolean> {
    return (await this.send('GET', '/confidential/')).status === 200;
  }
}
