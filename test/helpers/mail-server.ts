// A real SMTP server that keeps the mail that it accepts, and what it takes to read it.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { freePort } from './free-port.ts';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it arrived. */
  readonly raw: string;
  /** By their names in lower case, unfolded and decoded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
}

/** What becomes of a mail that was received: resolves when it is accepted, rejects with `responseCode`. */
export type MailFate = () => Promise<void>;

export class MailServer {
  readonly #server: SMTPServer;
  readonly port: number;
  /** All that was received, repetitions included. */
  readonly mails: ReceivedMail[] = [];
  fate: MailFate = async () => {};
  /** Recipients that are refused. */
  readonly unknown = new Set<string>();

  private constructor(server: SMTPServer) {
    this.#server = server;
    this.port = (server.server.address() as AddressInfo).port;
    // A client that breaks off.
    server.on('error', () => {});
  }

  static async start(port?: number): Promise<MailServer> {
    let mailServer: MailServer | undefined;
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      closeTimeout: 100,
      onAuth: ({ username, password }, _, callback) =>
        username === 'us:er' && password === 'p@ss'
          ? callback(null, { user: username })
          : callback(new Error(`no user ${username}`)),
      onRcptTo: ({ address }, _, callback) =>
        callback(mailServer?.unknown.has(address) ? refuse(550, `no ${address} here`) : null),
      onData: (stream, { envelope }, callback) => {
        const take = async (): Promise<void> => {
          const raw = (await buffer(stream)).toString();
          const { mailFrom, rcptTo } = envelope;
          const from = mailFrom ? mailFrom.address : '';
          mailServer?.mails.push({ from, to: rcptTo.map(({ address }) => address), ...readMail(raw) });
          await mailServer?.fate();
        };
        callbackify(take)((error) => callback(error));
      },
    });
    server.listen(port ?? (await freePort()), '127.0.0.1');
    await once(server.server, 'listening');
    return (mailServer = new MailServer(server));
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}

/** What a server says with this status. */
export function refuse(responseCode: number, message = 'not now'): Error {
  return Object.assign(new Error(message), { responseCode });
}

function readMail(raw: string): Omit<ReceivedMail, 'from' | 'to'> {
  const { headers, body } = readPart(raw);
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '') ?? [];
  const parts = body.split(`--${boundary}`).map((part) => readPart(part.replace(/^\r\n/, '')));
  const find = (type: string): string => {
    const part = parts.find((one) => one.headers.get('content-type')?.startsWith(type));
    return part ? decodeBody(part.body, part.headers.get('content-transfer-encoding') ?? '') : '';
  };
  return { raw, headers, text: find('text/plain'), html: find('text/html') };
}

function readPart(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), decodeWords(line.replace(/^[^:]*: */, ''))]),
  );
  return { headers, body: raw.slice(end + 4) };
}

function decodeBody(body: string, encoding: string): string {
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString()
      : encoding === 'quoted-printable'
        ? unquote(body.replaceAll('=\r\n', ''))
        : body;
  return text.replaceAll('\r\n', '\n').trimEnd();
}

/** RFC 2047. */
function decodeWords(text: string): string {
  const joined = text.replaceAll(/\?= +=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString() : unquote(word.replaceAll('_', ' ')),
  );
}

function unquote(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
