import { describe, expect, it } from 'vitest';
import { canHold, isShownAs, toColumn } from '../../../../server/nocodb/columns.ts';

describe('a value', () => {
  it.each([
    ['2026-01-02T03:04:05.000Z', '2026-01-02 03:04:05+00:00'],
    ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05.000Z', '2026-01-02 03:04:05'],
    ['2026-01-02T03:04:05.000Z', '2026-01-02 04:04:05+01:00'],
  ])('%s in time is shown as %s', (sent, shown) => {
    expect(isShownAs(sent, 'time', shown)).toBe(true);
    expect(isShownAs(sent, 'time', shown.replace('05', '06'))).toBe(false);
  });

  it.each([600, '600', '600.00', 600.0])('of 600 seconds is shown as %j', (shown) => {
    expect(isShownAs(600, 'seconds', shown)).toBe(true);
    expect(isShownAs(601, 'seconds', shown)).toBe(false);
  });

  it.each([null, undefined, ''])('that is empty is shown as %j, unlike any other value', (shown) => {
    for (const kind of ['text', 'time', 'seconds'] as const) {
      expect(isShownAs(null, kind, shown)).toBe(true);
      expect(isShownAs(kind === 'seconds' ? 0 : '2026-01-02T03:04:05.000Z', kind, shown)).toBe(false);
    }
    expect(isShownAs(null, 'text', 'old')).toBe(false);
    expect(isShownAs(null, 'seconds', 0)).toBe(false);
  });

  it('that is an empty text is shown as nothing, and as nothing else', () => {
    for (const shown of ['', null, undefined]) expect(isShownAs('', 'text', shown)).toBe(true);
    for (const shown of ['old', 0]) expect(isShownAs('', 'text', shown)).toBe(false);
  });

  it('in time has its zone at the end, with a colon or without', () => {
    const sent = '2026-01-02T03:04:05.000Z';
    expect(isShownAs(sent, 'time', '2026-01-02T04:04:05+0100')).toBe(true);
    expect(isShownAs(sent, 'time', '2026-01-02T03:04:05z')).toBe(true);
    expect(isShownAs(sent, 'time', '2026-01-02T03:04:05+00:00 ')).toBe(false);
  });

  it('of text is shown exactly, and an object shows no value', () => {
    expect(isShownAs('/a/😀"\'', 'text', '/a/😀"\'')).toBe(true);
    expect(isShownAs('/a/', 'text', '/A/')).toBe(false);
    expect(isShownAs('[object Object]', 'text', {})).toBe(false);
  });

  it('that is a number becomes text in a text column', () => {
    expect([toColumn(600, 'LongText'), toColumn(600, 'Decimal'), toColumn(null, 'LongText')]).toEqual([
      '600',
      600,
      null,
    ]);
  });
});

describe('a column', () => {
  it.each([
    ['SingleLineText', true, true, true],
    ['LongText', true, true, true],
    ['Email', true, true, true],
    ['URL', true, true, true],
    ['TypeOfTomorrow', true, true, true],
    ['Number', false, false, true],
    ['Duration', false, false, true],
    ['DateTime', false, true, false],
    ['Date', false, false, false],
    ['SingleSelect', false, false, false],
    ['Formula', false, false, false],
    ['Checkbox', false, false, false],
  ])('of type %s holds text: %s, a time: %s, seconds: %s', (type, text, time, seconds) => {
    expect([canHold(type, 'text'), canHold(type, 'time'), canHold(type, 'seconds')]).toEqual([text, time, seconds]);
  });
});
