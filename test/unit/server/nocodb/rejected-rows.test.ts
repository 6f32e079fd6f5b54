// A row that NocoDB does not take rests longer each time, and is reported once.
import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { FRUGAL, USUAL } from '../../../../server/nocodb/backoff.ts';
import { BY_VALUE, RejectedRows } from '../../../../server/nocodb/rejected-rows.ts';
import type { Untold } from '../../../../server/store/outbox.ts';

const row = (id: string, revision = 1): Untold => ({ session: { id }, revision, recordId: 7 }) as unknown as Untold;

let lines: Record<string, unknown>[];
let rows: RejectedRows;
beforeEach(() => {
  lines = [];
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>);
  rows = new RejectedRows(pino({ level: 'trace' }, { write }), USUAL.row, false);
});

it('a row that was not taken rests, twice as long each time, and whatever changes in it', () => {
  let now = 1_000;
  for (const restMs of [1_000, 2_000, 4_000, 8_000]) {
    rows.note(row('a'), 'no', now);
    expect(rows.isResting(row('a', 9), now + restMs - 1)).toBe(true);
    expect(rows.isResting(row('a'), (now += restMs))).toBe(false);
    expect(rows.isResting(row('b'), now - 1)).toBe(false);
  }
  rows.clear('a');
  rows.note(row('a'), 'no', now);
  expect(rows.isResting(row('a'), now + 1_000)).toBe(false);
});

it('then it is tried by itself, one value at a time, until all rows are forgiven', () => {
  rows.note(row('a'), 'no', 0);
  expect([rows.batchSizeOf(row('a'), 5_000), rows.size]).toEqual([BY_VALUE, 1]);
  rows.forgive();
  expect([rows.batchSizeOf(row('a'), 0), rows.size, rows.isResting(row('a'), 0)]).toEqual([Infinity, 0, false]);
});

it('one that was shown in part meanwhile counts its tries on', () => {
  rows.suspect([row('a')], 1);
  for (let time = 0; time < 2; time++) rows.note(row('a'), 'no', 0);
  rows.notePart(row('a'), ['currentPage'], 0);
  expect(rows.batchSizeOf(row('a'), -1)).toBe(Infinity);
  lines = [];
  rows.note(row('a'), 'no', 0);
  expect(lines).toMatchObject([{ tries: 3 }]);
});

it('it is reported at the third time only, by its record, never by its session', () => {
  for (let time = 0; time < 5; time++) rows.note(row('a'), 'no', 0);
  expect(lines).toMatchObject([
    { recordId: 7, tries: 3, reason: 'no', msg: 'NocoDB: a row differs from what was sent' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('"a"');
});

it('one that is shown in part rests till its time, or till it changes, and is reported once', () => {
  rows.notePart(row('a'), ['currentPage'], 5_000);
  const msg = 'NocoDB: a row was written without values that NocoDB rejects';
  expect(lines).toMatchObject([{ recordId: 7, columns: ['currentPage'], msg }]);
  rows.notePart(row('a'), ['currentPage'], 5_000);
  expect(lines).toHaveLength(1);
  expect(rows.isResting(row('a', 1), 4_999)).toBe(true);
  expect(rows.isResting(row('a', 2), 4_999)).toBe(false);
  expect(rows.batchSizeOf(row('a'), 4_999)).toBe(Infinity);
  // Then it is tried alone.
  expect([rows.isResting(row('a', 1), 5_000), rows.batchSizeOf(row('a'), 5_000)]).toEqual([false, 1]);
});

it('of a batch that failed the first is written by itself, the others in smaller ones, until they are shown', () => {
  rows.suspect([row('a'), row('b'), row('c')], 2);
  expect(['a', 'b', 'c', 'd'].map((id) => rows.batchSizeOf(row(id), 0))).toEqual([BY_VALUE, 2, 2, Infinity]);
  rows.clear('b');
  expect(rows.batchSizeOf(row('b'), 0)).toBe(Infinity);
  rows.forgive();
  expect([rows.size, rows.batchSizeOf(row('a'), 0)]).toEqual([0, Infinity]);
});

it('where requests are few the first is one of the others, unless it is alone', () => {
  rows = new RejectedRows(pino({ level: 'silent' }), FRUGAL.row, true);
  rows.suspect([row('a'), row('b')], 2);
  expect(rows.batchSizeOf(row('a'), 0)).toBe(2);
  rows.suspect([row('a')], 1);
  expect(rows.batchSizeOf(row('a'), 0)).toBe(BY_VALUE);
});
