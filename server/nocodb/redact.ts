// Cleans messages from NocoDB or the network: no tokens, e-mail addresses or control characters.

const MOST_CHARACTERS = 300;
/** A shorter token can only be a test's, and would match parts of ordinary words. */
const LEAST_TOKEN = 8;
const EMAIL = /[^\s"'`<>()[\]{},;=]+(?:@|%40)[^\s"'`<>()[\]{},;=]+/gi;
const HIDDEN = '[…]';

/** @param secrets matched case-insensitively, also in percent-encoded form. */
export function redact(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets.map((one) => one.trim()).filter(({ length }) => length >= LEAST_TOKEN))
    for (const spelling of [secret, encodeURIComponent(secret)])
      safe = safe.replace(new RegExp(RegExp.escape(spelling), 'gi'), HIDDEN);
  safe = safe.replace(EMAIL, HIDDEN).replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ');
  return safe.length > MOST_CHARACTERS ? `${safe.slice(0, MOST_CHARACTERS)}…` : safe;
}
