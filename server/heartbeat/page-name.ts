// The name of a page in the record: readable in any script, one for all addresses of a page, and harmless wherever it is shown. Pure.
import { MAX_PAGE_CHARS } from '../../sw/protocol.ts';
import { isHarmful } from '../harmful-text.ts';

/** Characters of a name. The device sends it percent-encoded, up to nine characters for one. */
export const MAX_NAME_LENGTH = 2_000;

/** At the end: bytes of a character in UTF-8 of which some are missing. */
const BEGUN_CHARACTER = /(?:%(?:[c-f].?|[c-f].%[89ab]?.?|[ef].%..%[89ab]?.?|f.%..%..%[89ab]?.?)?)$/i;

/** Nearly every name: nothing in it has to be looked at closer. */
const PLAIN = /^(?:\/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)*\/?$/;

/** Whether a name can't be stored. A device of ours sends such characters percent-encoded, and they stay so. */
export function isHarmfulName(name: string): boolean {
  return !PLAIN.test(name) && isHarmful(name);
}

/**
 * Percent-encoded characters are decoded where they can be read; what is broken or harmful stays encoded. Doubled slashes and the
 * file of a folder (`index.html`) are left out. Longer names are cut.
 * @param address the page's path as its device sent it; a query or fragment is kept as it is.
 */
export function toPageName(address: string): string {
  if (address.length <= MAX_NAME_LENGTH && PLAIN.test(address) && !address.includes('/index.')) return address;
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(address) ?? [];
  // The device cuts, too, perhaps in the middle of a character.
  const whole = address.length < MAX_PAGE_CHARS ? path : path.replace(BEGUN_CHARACTER, '');
  const decoded = whole.replaceAll(/(?:%[\da-f]{2})+/gi, decodeReadable).replaceAll(/\/{2,}/g, '/');
  return cut(decoded.replace(/\/index\.(?:html?|xhtml)$/i, '/') + rest);
}

/** What all names of a page have in common: the gate's own rule, but for upper and lower case. */
export function pageKey(name: string): string {
  return `${name.replace(/\/$/, '').replace(/(?:\/index)?\.(?:html?|xhtml)$/i, '')}/`;
}

/** The characters that stand in some escapes, one by one: those that are no UTF-8, or no text, stay as they are. */
function decodeReadable(escapes: string): string {
  let text = '';
  for (let at = 0; at < escapes.length;) {
    const length = sequenceLength(Number.parseInt(escapes.slice(at + 1, at + 3), 16));
    const sequence = escapes.slice(at, at + 3 * length);
    const character = decodeOne(sequence);
    text += character ?? sequence.slice(0, 3);
    at += character === undefined ? 3 : sequence.length;
  }
  return text;
}

/** Bytes of a character in UTF-8, by the first of them. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/** Not what a path or the rest of an address is made of: `%2F` is no slash. */
function decodeOne(sequence: string): string | undefined {
  try {
    const character = decodeURIComponent(sequence);
    return isHarmful(character) || '/?#%\\'.includes(character) ? undefined : character;
  } catch {
    return undefined;
  }
}

function cut(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const short = name.slice(0, MAX_NAME_LENGTH);
  // Not in the middle of a surrogate pair.
  return short.isWellFormed() ? short : short.slice(0, -1);
}
