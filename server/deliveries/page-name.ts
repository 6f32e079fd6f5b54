// The name of a page in the record: readable in any script, one for all addresses of a page, and harmless wherever it is shown. Pure.
import { isUtf8 } from 'node:buffer';
import { MAX_PAGE_CHARS } from '../../sw/protocol/delivery.ts';
import { hasUnsafeCharacters } from '../http/unsafe-characters.ts';

/** Characters of a name. The device sends it percent-encoded, up to nine characters for one. */
export const MAX_NAME_LENGTH = 2_000;
/** What is longer than the longest name can be is cut before it is looked at. */
const MAX_ADDRESS_LENGTH = 9 * MAX_NAME_LENGTH;

/** At the end: bytes of a character in UTF-8 of which some are missing. */
const BEGUN_CHARACTER = /(?:%(?:[c-f].?|[c-f].%[89ab]?.?|[ef].%..%[89ab]?.?|f.%..%..%[89ab]?.?)?)$/i;

/** Nearly every name: nothing in it has to be looked at closer. */
const PLAIN = /^(?:\/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)*\/?$/;

/** The path, and its query and fragment. */
const SPLIT = /^([^?#]*)(.*)$/s;

/** The name has harmful characters as they are. Percent-encoded, as our page library sends them, they stay encoded. */
export function isHarmfulName(name: string): boolean {
  return !PLAIN.test(name) && hasUnsafeCharacters(name);
}

/**
 * Percent-encoded characters are decoded where they can be read, accents composed; what is broken or harmful stays encoded. Doubled
 * slashes and the file of a folder (`index.html`) are left out. Longer names are cut.
 * @param address the page's path as its device sent it; a query or fragment is kept as it is.
 */
export function toPageName(address: string): string {
  if (address.length <= MAX_NAME_LENGTH && PLAIN.test(address) && !/\/index\./i.test(address)) return address;
  const [, path = '', rest = ''] = SPLIT.exec(address.slice(0, MAX_ADDRESS_LENGTH)) ?? [];
  // The device cuts, too, perhaps in the middle of a character.
  const whole = address.length < MAX_PAGE_CHARS ? path : path.replace(BEGUN_CHARACTER, '');
  const decoded = compose(whole.replaceAll(/(?:%[\da-f]{2})+/gi, decodeReadable)).replaceAll(/\/{2,}/g, '/');
  return cut(decoded.replace(/\/index\.(?:html?|xhtml)$/i, '/') + rest);
}

/** What all names of a page have in common: the gate's own rule, but for upper and lower case. */
export function pageKey(name: string): string {
  const [, path = '', rest = ''] = SPLIT.exec(name) ?? [];
  return `${path.replace(/\/$/, '').replace(/(?:\/index)?\.(?:html?|xhtml)$/i, '')}/${rest}`;
}

/** The characters that stand in some escapes: those that are no UTF-8, or no text, stay as they are. No exceptions: they are slow. */
function decodeReadable(escapes: string): string {
  const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex');
  const whole = isUtf8(bytes) ? bytes.toString() : undefined;
  if (whole !== undefined && isReadable(whole)) return whole;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const character = readCharacter(bytes, at);
    text += character ?? escapes.slice(3 * at, 3 * at + 3);
    at += character === undefined ? 1 : Buffer.byteLength(character);
  }
  return text;
}

function readCharacter(bytes: Buffer, at: number): string | undefined {
  const length = sequenceLength(bytes[at] ?? 0);
  // Most that are broken show it by their second byte.
  if (length === 0 || (length > 1 && (bytes[at + 1] ?? 0) >> 6 !== 2)) return undefined;
  const sequence = bytes.subarray(at, at + length);
  if (!isUtf8(sequence)) return undefined;
  const character = sequence.toString();
  return isReadable(character) ? character : undefined;
}

/** Bytes of a character in UTF-8, by the first of them; 0: none begins with it. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  if (first >= 0xc2) return 2;
  return first < 0x80 ? 1 : 0;
}

/** Not what a path or the rest of an address is made of: `%2F` is no slash. */
function isReadable(text: string): boolean {
  return !/[/?#%\\]/.test(text) && !hasUnsafeCharacters(text);
}

/** Accents composed. Not after a long run of them, which takes quadratic time to be put in order (UAX #15, 12: 30 are enough). */
function compose(path: string): string {
  return /\p{M}{31}/u.test(path) ? path : path.normalize('NFC');
}

function cut(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const short = name.slice(0, MAX_NAME_LENGTH);
  // Not in the middle of a surrogate pair.
  return short.isWellFormed() ? short : short.slice(0, -1);
}
