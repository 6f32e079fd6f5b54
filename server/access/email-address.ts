// E-mail addresses at the gate. Whether one exists and belongs to the reader is not asked: it is a name, not a proof.
import * as v from 'valibot';

const LONGEST = 254; // RFC 5321, 4.5.3.1.3, less the angle brackets

const EmailAddress = v.pipe(v.string(), v.trim(), v.toLowerCase(), v.maxLength(LONGEST), v.email());

/** The address, trimmed and in lower case; undefined if it is none. */
export function readEmailAddress(text: string | undefined): string | undefined {
  const parsed = v.safeParse(EmailAddress, text);
  return parsed.success ? parsed.output : undefined;
}

/** @param allow addresses and domains; empty: everyone. */
export function isAllowed(email: string, allow: readonly string[]): boolean {
  return allow.length === 0 || allow.includes(email) || allow.includes(email.slice(email.lastIndexOf('@') + 1));
}
