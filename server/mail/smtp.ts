// Sends one mail by SMTP (the only user of nodemailer, which is loaded when the first mail is sent).
import { isLoopback } from '../http/loopback.ts';
import type { Outcome } from '../outbox/outcome.ts';
import type { SmtpConfig } from './mail-config.ts';

/** A mail without its sender and recipients. */
export interface Mail {
  /** Of `A-Za-z0-9_`. Whenever the mail is sent again it is the same, so that a mailbox can keep one of them. */
  readonly id: string;
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** How long sending may take, in milliseconds. */
export const TIMEOUT_MS = 20_000;

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;

/** What the log says. The server's own words may contain addresses. */
const REASONS: Readonly<Record<string, string>> = {
  EAUTH: 'the mail server refuses the user or the password',
  EENVELOPE: 'the mail server refuses the sender or all recipients',
  EMESSAGE: 'the mail server refuses the mail',
  ETLS: 'the mail server offers no encryption, which is needed to send the password',
};

interface SmtpError extends Error {
  readonly code?: unknown;
  readonly responseCode?: unknown;
}

export interface Envelope extends SmtpConfig {
  readonly to: readonly string[];
  /** Who the mail says that it is from, beside the address. */
  readonly fromName?: string | undefined;
}

/** Never rejects. @param stopped aborts it. */
export async function sendMail(
  { smtpUrl, from, fromName = 'Stillhere', to }: Envelope,
  { id, subject, text, html }: Mail,
  stopped: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<Outcome> {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = smtpUrl;
  const host = hostname.replace(/^\[|\]$/g, '');
  const auth = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : undefined;
  const transport = createTransport({
    host,
    port: Number(port) || PORTS[protocol as keyof typeof PORTS],
    secure: protocol === 'smtps:',
    // Otherwise a man in the middle could strip the encryption and read the password.
    requireTLS: auth !== undefined && !isLoopback(host),
    ...(auth && { auth }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A mail is text that was made here. Nothing in it names a file or an address to load.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // The transport's own limits start again with each byte.
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const { rejected } = await transport.sendMail({
      from: { name: fromName, address: from },
      to: to.map((address) => ({ name: '', address })),
      subject,
      text,
      html,
      messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: AbortSignal.any([timeout, stopped]),
    });
    const { length } = rejected;
    return { type: 'told', ...(length > 0 && { note: `the mail server refuses ${length} of the recipients` }) };
  } catch (error) {
    if (timeout.aborted) return { type: 'failed', reason: `sending took more than ${timeoutMs / 1_000} s` };
    return toFailure(error as SmtpError);
  }
}

function toFailure({ code, responseCode, name }: SmtpError): Outcome {
  const said = typeof code === 'string' ? code : name;
  const status = typeof responseCode === 'number' ? `, SMTP ${responseCode}` : '';
  const reason = `${REASONS[said] ?? 'no usable answer from the mail server'} (${said}${status})`;
  const isRefused = said !== 'EAUTH' && typeof responseCode === 'number' && responseCode >= 500;
  return { type: 'failed', reason, isRefused };
}
