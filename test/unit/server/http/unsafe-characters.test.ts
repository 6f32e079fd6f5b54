// Characters that act on the terminal or the page that shows them.
import { describe, expect, it } from 'vitest';
import { hasUnsafeCharacters, replaceUnsafeCharacters } from '../../../../server/http/unsafe-characters.ts';

describe('what shows a text', () => {
  it.for([
    '\0',
    '\t',
    '\n',
    '\u001b',
    '\u007f',
    '\u0085',
    '\u009b',
    '\u061c',
    '\u200e',
    '\u200f',
    '\u2028',
    '\u2029',
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
    '\ud800',
    '\udfff',
  ])('is not acted on by %j', (character) => {
    const text = `a${character}b${character}`;
    expect(hasUnsafeCharacters(text)).toBe(true);
    expect(replaceUnsafeCharacters(text)).toBe('a\ufffdb\ufffd');
  });

  it.for(['', 'plain', 'ä ö ü', '資料', 'שלום', '😀', 'a\u200db', '\u2027', '\u202f', '\u2065', '\u206a'])(
    'shows %j as it is',
    (text) => {
      expect(hasUnsafeCharacters(text)).toBe(false);
      expect(replaceUnsafeCharacters(text)).toBe(text);
    },
  );
});
