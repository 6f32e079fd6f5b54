// Characters that act on what shows them: control characters move a terminal's cursor or set its title, overrides of the direction
// of text change how a line reads (Unicode, "Bidirectional Format Characters"; C0 and C1 of ECMA-48). Pure.

const HARMFUL = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const EACH_HARMFUL = new RegExp(HARMFUL, 'gu');

/** There is a control character in it, an override of the direction of text, or half of a surrogate pair. */
export function hasUnsafeCharacters(text: string): boolean {
  return HARMFUL.test(text);
}

/** For output: each such character replaced by U+FFFD. The record may be older than the check at the border. */
export function replaceUnsafeCharacters(text: string): string {
  return text.replaceAll(EACH_HARMFUL, '\ufffd');
}
