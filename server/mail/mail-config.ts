// What is configured of mail.
import type { QuietHours } from './local-time.ts';

export interface MailConfig {
  /** `smtp:` or `smtps:`, with user and password where the server asks for them. */
  readonly smtpUrl: URL;
  readonly from: string;
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
