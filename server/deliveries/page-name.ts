// Page names in the record: readable in any script, the same for all addresses of a page, and safe to display. Pure.
import { isUtf8 } from 'node:buffer';
import { MAX_PAGE_CHARS } from '../../sw/protocol/delivery.ts';
import { hasUnsafeCharacters } from '../http/unsafe-characters.ts';

/** Characters of a name. The device sends it percent-encoded, with up to nine characters for one. */
export const MAX_NAME_LENGTH = 2_000;
/** Longer addresses are cut before they are parsed: no name can need more. */
const MAX_ADDRESS_LENGTH = 9 * MAX_NAME_LENGTH;

/** An incomplete UTF-8 sequence at the end. */
const BEGUN_CHARACTER = /(?:%(?:[c-f].?|[c-f].%[89ab]?.?|[ef].%..%[89ab]?.?|f.%..%..%[89ab]?.?)?)$/i;

/** Matches nearly every name. Such a name needs no further checks. */
const PLAIN = /^(?:\/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)*\/?$/;

/** The path, then the query and fragment. */
const SPLIT = /^([^?#]*)(.*)$/s;

/**
 * True if the name contains unencoded harmful characters. The page library percent-encodes them, and they stay encoded.
 */
export function isHarmfulName(name: string): boolean {
  return !PLAIN.test(name) && hasUnsafeCharacters(name);
}

/**
 * Decodes percent-encoded characters if they are readable and composes accents. Invalid and harmful sequences stay
 * encoded. Repeated slashes are merged, `index.html` is removed, and long names are cut.
 * @param address the page's path as the device sent it. A query or fragment is kept unchanged.
 */
export function toPageName(address: string): string {
  if (address.length <= MAX_NAME_LENGTH && PLAIN.test(address) && !/\/index\./i.test(address)) return address;
  const [, path = '', rest = ''] = SPLIT.exec(address.slice(0, MAX_ADDRESS_LENGTH)) ?? [];
  // The device cuts long addresses too, possibly inside a character.
  const whole = address.length < MAX_PAGE_CHARS ? path : path.replace(BEGUN_CHARACTER, '');
  const decoded = compose(whole.replaceAll(/(?:%[\da-f]{2})+/gi, decodeReadable)).replaceAll(/\/{2,}/g, '/');
  return cut(decoded.replace(/\/index\.(?:html?|xhtml)$/i, '/') + rest);
}

/**
 * Decodes a run of escapes. Bytes that are invalid UTF-8 or unreadable stay escaped. Avoids exceptions, which are slow.
 */
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
  // The second byte exposes most invalid sequences.
  if (length === 0 || (length > 1 && (bytes[at + 1] ?? 0) >> 6 !== 2)) return undefined;
  const sequence = bytes.subarray(at, at + length);
  if (!isUtf8(sequence)) return undefined;
  const character = sequence.toString();
  return isReadable(character) ? character : undefined;
}

/** Length in bytes of the UTF-8 sequence that begins with this byte; 0: no sequence does. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  if (first >= 0xc2) return 2;
  return first < 0x80 ? 1 : 0;
}

/** False for characters that delimit the parts of an address: `%2F` is not a slash. */
function isReadable(text: string): boolean {
  return !/[/?#%\\]/.test(text) && !hasUnsafeCharacters(text);
}

/**
 * Composes accents. Skips names with a long run of them, which take quadratic time to reorder (UAX #15, 12: 30 are
 * enough).
 */
function compose(path: string): string {
  return /\p{M}{31}/u.test(path) ? path : path.normalize('NFC');
}

function cut(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const short = name.slice(0, MAX_NAME_LENGTH);
  // Don't cut inside a surrogate pair.
  return short.isWellFormed() ? short : short.slice(0, -1);
}
