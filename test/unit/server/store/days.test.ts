// The days of a time zone.
import { expect, it } from 'vitest';
import { daysOf, isTimeZone } from '../../../../server/store/days.ts';

const HOUR = 3_600_000;

const hoursOf = (from: string, to: string, timeZone: string): readonly (readonly [string, string, number])[] =>
  daysOf({ startMs: Date.parse(from), endMs: Date.parse(to) }, timeZone).map(({ day, startMs, endMs }) => [
    day,
    new Date(startMs).toISOString().slice(0, 16),
    (endMs - startMs) / HOUR,
  ]);

it('are shorter or longer where clocks are set', () => {
  expect(hoursOf('2026-03-28T12:00Z', '2026-03-30T12:00Z', 'Europe/Berlin')).toEqual([
    ['2026-03-28', '2026-03-27T23:00', 24],
    ['2026-03-29', '2026-03-28T23:00', 23],
    ['2026-03-30', '2026-03-29T22:00', 24],
  ]);
  // By half an hour.
  expect(hoursOf('2026-04-04T00:00Z', '2026-04-05T00:00Z', 'Australia/Lord_Howe').map(([, , hours]) => hours)).toEqual([
    24, 24.5,
  ]);
});

it('begin at one where midnight is left out', () => {
  expect(hoursOf('2026-03-29T12:00Z', '2026-03-29T13:00Z', 'Asia/Beirut')).toEqual([
    ['2026-03-29', '2026-03-28T22:00', 23],
  ]);
});

it('skip a day that a zone skipped', () => {
  expect(hoursOf('2011-12-29T12:00Z', '2011-12-31T00:00Z', 'Pacific/Apia').map(([day]) => day)).toEqual([
    '2011-12-29',
    '2011-12-31',
  ]);
});

it('have offsets of quarters of an hour', () => {
  expect(hoursOf('2026-06-01T00:00Z', '2026-06-01T00:01Z', 'Asia/Kathmandu')).toEqual([
    ['2026-06-01', '2026-05-31T18:15', 24],
  ]);
  expect(hoursOf('2026-06-01T00:00Z', '2026-06-01T00:01Z', 'Pacific/Chatham')).toEqual([
    ['2026-06-01', '2026-05-31T11:15', 24],
  ]);
});

it('are none in an empty interval that begins with a day', () => {
  expect(hoursOf('2026-06-01T00:00Z', '2026-06-01T00:00Z', 'UTC')).toEqual([]);
});

it('exist in known time zones only', () => {
  expect(['UTC', 'Europe/Berlin', '+05:45', 'Nowhere/City', ''].map(isTimeZone)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
