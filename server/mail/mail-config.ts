// What is configured of mail.
import type { QuietHours } from './local-time.ts';

export interface SmtpConfig {
  /** `smtp:` or `smtps:`, with user and password where the server asks for them. */
  readonly smtpUrl: URL;
  readonly from: string;
}

/** Mail with codes, to readers. */
export interface CodeMailConfig extends SmtpConfig {
  /** Who asks for the code: a person or a company. */
  readonly ownerName: string | undefined;
  /** Where it is entered, like `example.com/work`; undefined: no setting says it, and what a request says may be forged. */
  readonly site: string | undefined;
}

/** Mail to the owner. */
export interface MailConfig extends SmtpConfig {
  /** At least one. */
  readonly to: readonly string[];
  /** When the digest is sent, in minutes of the day; undefined: one mail per visit instead. */
  readonly digestMinute: number | undefined;
  readonly quietHours: QuietHours | undefined;
  /** In which all times are given, like `Europe/Berlin`. */
  readonly timeZone: string;
  /** Of the owner's pages, without a slash at its end; undefined: mails have no links. */
  readonly ownerUrl: string | undefined;
}
