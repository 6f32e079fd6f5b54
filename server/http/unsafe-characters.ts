// Characters that affect how text is displayed: control characters can move a terminal's cursor or set its title, and
// bidirectional overrides change how a line reads (Unicode, "Bidirectional Format Characters"; C0 and C1 of ECMA-48).
// Pure.

const HARMFUL = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const EACH_HARMFUL = new RegExp(HARMFUL, 'gu');

/** True if the text contains a control character, a bidirectional override, or an unpaired surrogate. */
export function hasUnsafeCharacters(text: string): boolean {
  return HARMFUL.test(text);
}

/** For output: replaces each such character with U+FFFD. Records may be older than the check on input. */
export function replaceUnsafeCharacters(text: string): string {
  return text.replaceAll(EACH_HARMFUL, '\ufffd');
}
