// What messages must not contain.
import { expect, it } from 'vitest';
import { redact } from '../../../../server/nocodb/redact.ts';

it('a secret is hidden wherever it occurs, in upper or lower case, or encoded', () => {
  const secret = 'Tok+en/1=(x)';
  const text = `a ${secret} b ${secret.toUpperCase()} c ${encodeURIComponent(secret)}.`;
  expect(redact(text, [` ${secret} `])).toBe('a […] b […] c […].');
});

it('a secret of less than eight characters is not looked for', () => {
  expect(redact('a value', ['value', ' '])).toBe('a value');
  expect(redact('12345678 and 1234567', ['12345678', '1234567'])).toBe('[…] and 1234567');
});

it('the characters of a secret have no special meaning', () => {
  expect(redact('abcdefgh a.cdefgh', ['a.cdefgh'])).toBe('abcdefgh […]');
});

it('addresses are hidden, also encoded ones, and what is around them stays', () => {
  expect(redact('for <ann@example.com>, "bob%40example.com" (eve@x)', [])).toBe('for <[…]>, "[…]" ([…])');
  expect(redact('key=ann@example.com;next', [])).toBe('key=[…];next');
});

it('control characters become one space', () => {
  expect(redact('a\r\n\u0000b\u202Ec', [])).toBe('a b c');
});

it('a text is cut after 300 characters', () => {
  expect(redact('x'.repeat(300), [])).toBe('x'.repeat(300));
  expect(redact('x'.repeat(301), [])).toBe(`${'x'.repeat(300)}…`);
});
