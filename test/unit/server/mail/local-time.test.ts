// Quiet hours and the digest's day, on clocks that go forward and back.
import { describe, expect, it } from 'vitest';
import { isQuiet, lastDateWith } from '../../../../server/mail/local-time.ts';

const BERLIN = 'Europe/Berlin';
const at = (time: string): number => Date.parse(time);

describe('quiet hours', () => {
  const night = { fromMinute: 22 * 60, toMinute: 7 * 60 };
  const noon = { fromMinute: 12 * 60, toMinute: 13 * 60 + 30 };

  it.for([
    ['2026-11-24T20:59:59Z', night, false],
    ['2026-11-24T21:00:00Z', night, true],
    ['2026-11-24T23:00:00Z', night, true],
    ['2026-11-25T05:59:59Z', night, true],
    ['2026-11-25T06:00:00Z', night, false],
    ['2026-07-01T20:00:00Z', night, true],
    ['2026-11-24T11:00:00Z', noon, true],
    ['2026-11-24T12:29:59Z', noon, true],
    ['2026-11-24T12:30:00Z', noon, false],
    ['2026-11-24T12:00:00Z', undefined, false],
  ] as const)('in Berlin at %s, %j: %s', ([time, hours, expected]) => {
    expect(isQuiet(at(time), hours, BERLIN)).toBe(expected);
  });
});

describe('the last date on which a minute of the day has come', () => {
  it.for([
    ['2026-11-24T06:29:59Z', 7 * 60 + 30, '2026-11-23'],
    ['2026-11-24T06:30:00Z', 7 * 60 + 30, '2026-11-24'],
    ['2026-11-23T23:00:00Z', 0, '2026-11-24'],
    ['2026-03-01T05:00:00Z', 7 * 60, '2026-02-28'],
    // 2:30 doesn't exist on 29 March, and exists twice on 25 October.
    ['2026-03-29T00:59:59Z', 150, '2026-03-28'],
    ['2026-03-29T01:00:00Z', 150, '2026-03-29'],
    ['2026-10-25T00:30:00Z', 150, '2026-10-25'],
  ] as const)('in Berlin at %s, %i: %s', ([time, minute, date]) => {
    expect(lastDateWith(minute, at(time), BERLIN)).toBe(date);
  });
});
