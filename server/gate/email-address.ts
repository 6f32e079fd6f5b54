// E-mail addresses at the gate. Their existence and ownership are not checked: an address is a name, not a proof.
import { domainToASCII } from 'node:url';
import * as v from 'valibot';

const LONGEST = 254; // RFC 5321, 4.5.3.1.3, without the angle brackets

/** What browsers accept in `<input type="email">` (HTML, "valid e-mail address"), but with a dot in the domain. */
const EmailAddress = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(LONGEST),
  v.toLowerCase(),
  v.transform(withAsciiDomain),
  v.maxLength(LONGEST),
  v.rfcEmail(),
  v.regex(/@.+\./),
);

/** Returns the address trimmed, in lower case and with an ASCII domain (`xn--…`); undefined if it is invalid. */
export function readEmailAddress(text: string | undefined): string | undefined {
  const parsed = v.safeParse(EmailAddress, text);
  return parsed.success ? parsed.output : undefined;
}

/** @param allow addresses and domains; empty: everyone. */
export function isAllowed(email: string, allow: readonly string[]): boolean {
  return allow.length === 0 || allow.includes(email) || allow.includes(email.slice(email.lastIndexOf('@') + 1));
}

function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  // Browsers already send ASCII domains; other clients may not.
  return /^[\u0020-\u007e]*$/.test(domain) ? address : address.slice(0, at) + domainToASCII(domain);
}
