// A session as a record of NocoDB.
import { describe, expect, it } from 'vitest';
import { findDifferences, toFields, valuesOf } from '../../../../server/nocodb/record.ts';
import type { MirrorTable } from '../../../../server/nocodb/table.ts';
import type { Session } from '../../../../server/store/session.ts';

const START = Date.parse('2026-11-24T08:00:00.678Z');

const session: Session = {
  id: 'secret',
  ref: 'ref',
  email: 'ann@example.com',
  startMs: START,
  endMs: START + 90_500,
  readingMs: 61_999,
  offlineMs: 0,
  endKnownBy: 'tick',
  nextBeatMs: null,
  currentPage: '/a/',
  accessEndedMs: null,
  isMirrored: false,
  isExcluded: false,
  identity: 'typed',
  invitationId: null,
  isMeasured: true,
  accessPages: null,
};

const table: MirrorTable = {
  id: 't',
  columns: {
    sessionId: { id: 'c1', title: 'Key', type: 'SingleLineText' },
    readingTime: { id: 'c2', title: 'Reading', type: 'LongText' },
    sessionEndTime: { id: 'c3', title: 'End', type: 'DateTime' },
  },
  leftOut: [],
};

it('has whole seconds, rounded down, and nothing where nothing is known', () => {
  expect(valuesOf(session)).toEqual({
    sessionId: 'secret',
    identity: 'typed',
    emailOfAccessor: 'ann@example.com',
    sessionStartTime: '2026-11-24T08:00:00.000Z',
    sessionEndTime: '2026-11-24T08:01:31.000Z',
    currentPage: '/a/',
    readingTime: 61,
  });
  expect(valuesOf({ ...session, endMs: null, currentPage: null })).toMatchObject({
    sessionEndTime: null,
    currentPage: null,
  });
  // One beat says when somebody was there, not for how long.
  expect(valuesOf({ ...session, readingMs: 0, endKnownBy: 'beat' }).readingTime).toBeNull();
  expect(valuesOf({ ...session, readingMs: 0 }).readingTime).toBe(0);
});

it('is sent by the ids of the columns that there are, each value as its column takes it', () => {
  expect(toFields(session, table)).toEqual({ c1: 'secret', c2: '61', c3: '2026-11-24T08:01:31.000Z' });
  expect(toFields(session, table, ['readingTime', 'currentPage'])).toEqual({ c2: '61' });
});

describe('what an answer shows otherwise', () => {
  const shown = { Key: 'secret', Reading: '61', End: '2026-11-24 08:01:31+00:00' };

  it('is nothing if all is as it was sent', () => {
    expect(findDifferences(session, shown, table)).toEqual([]);
  });

  it('is each value that differs or is missing, among those that were sent', () => {
    expect(findDifferences(session, { ...shown, Reading: 60, End: null }, table)).toEqual([
      'sessionEndTime',
      'readingTime',
    ]);
    expect(findDifferences(session, { Key: 'secret' }, table, ['sessionId', 'readingTime'])).toEqual(['readingTime']);
  });

  it('is nothing in a column that there is not', () => {
    expect(findDifferences(session, {}, table, ['currentPage'])).toEqual([]);
  });
});
