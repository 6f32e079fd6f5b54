// What is told of a session, look by look. test/server/event-consumers.test.ts tests it on a store, with any spans.
import { describe, expect, it } from 'vitest';
import {
  decideEvents,
  isStale,
  MOST_PAGES,
  NOTHING_TOLD,
  type Decided,
  type ToldState,
} from '../../../../server/outbox/session-events.ts';
import type { StoredSpan } from '../../../../server/store/session-store.ts';
import type { Session } from '../../../../server/store/session.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const GAP = 30 * MINUTE;

function span(fromMinute: number, toMinute: number, change: Partial<StoredSpan> = {}): StoredSpan {
  return {
    id: `${fromMinute}`,
    page: '/a/',
    startMs: NOW + fromMinute * MINUTE,
    endMs: NOW + toMinute * MINUTE,
    isLate: false,
    isClamped: false,
    isClosed: true,
    isReplayed: false,
    receivedMs: null,
    ...change,
  };
}

let revision = 0;

/** Looks at the session with these spans. */
function look(
  spans: readonly StoredSpan[],
  minute: number,
  told: ToldState = NOTHING_TOLD,
  change: Partial<Session> = {},
): Decided {
  const session: Session = {
    id: 'secret',
    ref: 'ref',
    email: 'ann@example.com',
    startMs: NOW,
    endMs: spans.length === 0 ? null : Math.max(...spans.map(({ endMs }) => endMs)),
    readingMs: 0,
    offlineMs: 0,
    endKnownBy: 'tick',
    nextBeatMs: 3 * MINUTE,
    currentPage: '/a/',
    accessEndedMs: null,
    isMirrored: false,
    isExcluded: false,
    identity: 'typed',
    invitationId: null,
    isMeasured: true,
    accessPages: null,
    ...change,
  };
  const byStart = spans.toSorted((one, other) => one.startMs - other.startMs);
  return decideEvents(session, ++revision, byStart, told, NOW + minute * MINUTE);
}

/** As `kind number: from-to reading`, in minutes. */
function list({ events }: Decided): readonly string[] {
  return events.map(({ kind, visit: { number, startMs, endMs, readingMs }, replaces }) => {
    const [from, to] = [startMs, endMs].map((ms) => (ms - NOW) / MINUTE);
    const reading = readingMs === null ? 'unknown' : readingMs / MINUTE;
    const what = `${kind.replace('session.', '')} ${number}: ${from}-${to} ${reading}`;
    return replaces.length > 0 ? `${what} replaces ${replaces.join()}` : what;
  });
}

function dueMinute({ dueMs }: Decided): number | undefined {
  return dueMs === undefined ? undefined : (dueMs - NOW) / MINUTE;
}

describe('a visit', () => {
  it('starts at the gate, once, and ends once, when half an hour has passed', () => {
    const gate = look([], 0);
    expect(list(gate)).toEqual(['started 1: 0-0 0']);
    const reading = look([span(1, 9)], 9, gate.told);
    expect(list(reading)).toEqual([]);
    expect(reading.dueMs).toBe(NOW + 9 * MINUTE + GAP + 1);
    expect(list(look([span(1, 9)], 39, reading.told))).toEqual([]);
    const over = look([span(1, 9)], 39 + 1 / MINUTE, reading.told);
    expect(list(over)).toEqual(['ended 1: 0-9 8']);
    expect(over.dueMs).toBeUndefined();
    expect(list(look([span(1, 9)], 99, over.told))).toEqual([]);
  });

  it('goes on when the reader comes back within half an hour', () => {
    const { told } = look([span(0, 5)], 5);
    expect(list(look([span(0, 5), span(34, 40)], 71, told))).toEqual(['ended 1: 0-40 11']);
  });

  it('is followed by another one after a longer gap', () => {
    const { told } = look([span(0, 5)], 36);
    const second = look([span(0, 5), span(50, 55)], 55, told);
    expect(list(second)).toEqual(['started 2: 50-55 5']);
    expect(list(look([span(0, 5), span(50, 55)], 86, second.told))).toEqual(['ended 2: 50-55 5']);
  });

  it('does not end while a span is open and its beat not overdue', () => {
    const open = [span(0, 5, { isClosed: false })];
    const { told } = look(open, 5);
    const waiting = look(open, 36, told, { nextBeatMs: 60 * MINUTE });
    expect(list(waiting)).toEqual([]);
    // Another visit may have begun by then, and from the end of the gap on.
    expect(dueMinute(waiting)).toBe(37);
    const atGap = 35 + 1 / MINUTE;
    expect(dueMinute(look(open, 35, told, { nextBeatMs: 60 * MINUTE }))).toBe(atGap);
    expect(dueMinute(look(open, atGap, told, { nextBeatMs: 60 * MINUTE }))).toBe(atGap + 1);
    expect(list(look(open, 67, told, { nextBeatMs: 60 * MINUTE }))).toEqual(['ended 1: 0-5 5']);
  });

  it('has no reading time where only beats of the original contract came', () => {
    expect(list(look([], 100, NOTHING_TOLD, { endMs: NOW + 50 * MINUTE, endKnownBy: 'beat' }))).toEqual([
      'started 1: 0-50 unknown',
      'ended 1: 0-50 unknown',
    ]);
  });

  it('says whether it was read at all', () => {
    expect(look([], 60).events.map(({ state }) => state)).toEqual(['opened', 'opened']);
    expect(look([span(0, 1)], 60).events.map(({ state }) => state)).toEqual(['ended', 'ended']);
    expect(look([span(0, 1, { isClosed: false })], 1).events.map(({ state }) => state)).toEqual(['reading']);
  });

  it('lists its pages, those that were read longest first, and not all of very many', () => {
    const spans = [
      span(0, 1),
      span(1, 4, { page: '/b/' }),
      span(5, 6, { page: '/a/index.html' }),
      span(90, 99, { page: '/c/' }),
    ];
    expect(
      look(spans, 200).events.map(({ kind, pages }) => [
        kind,
        pages.map(({ page, readingMs }) => [page, readingMs / MINUTE]),
      ]),
    ).toEqual([
      [
        'session.started',
        [
          ['/b/', 3],
          ['/a/', 2],
        ],
      ],
      [
        'session.ended',
        [
          ['/b/', 3],
          ['/a/', 2],
        ],
      ],
      ['session.started', [['/c/', 9]]],
      ['session.ended', [['/c/', 9]]],
    ]);
    const many = Array.from({ length: MOST_PAGES + 9 }, (_, nth) =>
      span(0, 1 + nth, { id: `${nth}`, page: `/${nth}/` }),
    );
    expect(look(many, 200).events[1]?.pages).toHaveLength(MOST_PAGES);
  });
});

describe('spans that arrive late', () => {
  it('amend a visit that has ended, at once', () => {
    const { told } = look([span(0, 5)], 36);
    const amended = look([span(0, 5), span(6, 9)], 60, told);
    expect(list(amended)).toEqual(['amended 1: 0-9 8']);
    expect(list(look([span(0, 5), span(6, 9)], 61, amended.told))).toEqual([]);
  });

  it('amend it when only a page was read longer', () => {
    const spans = [span(0, 9), span(1, 2, { page: '/b/' })];
    const { told } = look(spans, 60);
    expect(list(look([span(0, 9), span(1, 3, { id: '1', page: '/b/' })], 61, told))).toEqual(['amended 1: 0-9 9']);
    expect(list(look([...spans, span(4, 4, { page: '/c/' })], 61, told))).toEqual(['amended 1: 0-9 9']);
  });

  it('amend it only when it is over again, if they make it go on', () => {
    const { told } = look([span(0, 5)], 36);
    const tunnel = [span(0, 5), span(5, 40)];
    const back = look(tunnel, 40, told);
    expect(list(back)).toEqual([]);
    expect(dueMinute(back)).toBeCloseTo(70, 3);
    expect(list(look([...tunnel, span(41, 50)], 81, back.told))).toEqual(['amended 1: 0-50 49']);
  });

  it('are noticed within a minute while another visit goes on', () => {
    const { told } = look([span(0, 5)], 36);
    const second = look([span(0, 5), span(50, 55)], 55, told);
    expect(dueMinute(second)).toBe(56);
    expect(list(look([span(0, 5), span(6, 7), span(50, 56)], 56, second.told))).toEqual(['amended 1: 0-7 6']);
  });

  it('make visits of their own, whose numbers are the next ones', () => {
    const { told } = look([span(100, 105)], 200);
    expect(told.visits.map(({ number }) => number)).toEqual([1, 2]);
    expect(list(look([span(50, 55), span(100, 105)], 201, told))).toEqual(['started 3: 50-55 5', 'ended 3: 50-55 5']);
  });

  it('join visits under the lowest number, which is never given again', () => {
    const apart = [span(0, 5), span(50, 55), span(100, 105)];
    const { told } = look(apart, 200);
    const joined = look([...apart, span(20, 40), span(60, 80)], 201, told);
    expect(list(joined)).toEqual(['amended 1: 0-105 55 replaces 2,3']);
    expect(list(look([...apart, span(20, 40), span(60, 80), span(180, 181)], 300, joined.told))).toEqual([
      'started 4: 180-181 1',
      'ended 4: 180-181 1',
    ]);
  });

  it('join a visit that has ended to the one that goes on', () => {
    const { told } = look([span(0, 5)], 36);
    const second = look([span(0, 5), span(50, 55)], 55, told);
    const joined = [span(0, 5), span(20, 30), span(50, 55)];
    const later = look(joined, 56, second.told);
    expect(list(later)).toEqual([]);
    expect(list(look(joined, 90, later.told))).toEqual(['amended 1: 0-55 20 replaces 2']);
  });
});

describe('an event', () => {
  it('has an id of reference, kind, visit and revision, and not the id of the session', () => {
    revision = 6;
    const { events } = look([span(0, 5)], 60);
    expect(events.map(({ id }) => id)).toEqual(['ref_started_1_7', 'ref_ended_1_7']);
    expect(JSON.stringify(events)).not.toMatch(/secret|example\.com/);
  });
});

describe('an event', () => {
  const isFirst = ({ events }: Decided): readonly boolean[] => events.map(({ isFirstReading }) => isFirstReading);

  it('is news for a week', () => {
    const [event] = look([], 0).events;
    const week = 7 * 24 * 60 * MINUTE;
    expect(event && [isStale(event, NOW + week), isStale(event, NOW + week + 1)]).toEqual([false, true]);
  });

  it('of a start says nothing of reading, and one of an end only if the visit was read for 5 seconds', () => {
    const [less, enough] = [4_999, 5_000].map((ms) => isFirst(look([span(0, ms / MINUTE)], 60)));
    expect([less, enough]).toEqual([
      [false, false],
      [false, true],
    ]);
    // Not from the first sign to the last.
    expect(isFirst(look([span(0, 1 / MINUTE), span(9, 9 + 1 / MINUTE)], 60))).toEqual([false, false]);
  });

  it('of a visit whose reading is not known counts as reading if it was seen for 5 seconds', () => {
    const [less, enough] = [4_999, 5_000].map((ms) =>
      isFirst(look([], 60, NOTHING_TOLD, { endMs: NOW + ms, endKnownBy: 'beat' })),
    );
    expect([less, enough]).toEqual([
      [false, false],
      [false, true],
    ]);
  });

  it('of a visit that was joined from one that was read and one that was not is not the first', () => {
    const { told } = look([span(50, 55)], 200);
    const joined = look([span(25, 30), span(50, 55)], 201, told);
    expect(list(joined)).toEqual(['amended 1: 0-55 10 replaces 2']);
    expect(isFirst(joined)).toEqual([false]);
  });

  it('of the first end that says that a visit was read is marked, once', () => {
    const opened = look([], 31);
    expect(opened.events.map(({ isFirstReading }) => isFirstReading)).toEqual([false, false]);
    const amended = look([span(1, 9)], 200, opened.told);
    expect(amended.events.map(({ kind, isFirstReading }) => [kind, isFirstReading])).toEqual([
      ['session.amended', true],
    ]);
    const again = look([span(1, 10)], 300, amended.told);
    expect(again.events.map(({ kind, isFirstReading }) => [kind, isFirstReading])).toEqual([
      ['session.amended', false],
    ]);
  });

  it('has the part of the reading that was delivered later', () => {
    const replayed = { isReplayed: true };
    const one = look([span(0, 20, replayed)], 200, NOTHING_TOLD, { offlineMs: 2 * MINUTE });
    expect(one.events.at(-1)?.offlineMs).toBe(2 * MINUTE);
    // What lies under a span that came later was delivered later, too, if that came first.
    const both = look([span(0, 10), span(5, 15, replayed)], 200, NOTHING_TOLD, { offlineMs: 10 * MINUTE });
    expect(both.events.at(-1)?.offlineMs).toBe(10 * MINUTE);
    const spans = [span(0, 5), span(4, 10, replayed), span(100, 110, replayed), span(200, 203)];
    const several = look(spans, 300, NOTHING_TOLD, { offlineMs: 12 * MINUTE });
    const ends = several.events.filter(({ kind }) => kind === 'session.ended');
    expect(ends.map(({ offlineMs }) => offlineMs / MINUTE)).toEqual([5, 10, 0]);
  });

  it('says when it became true', () => {
    const { events } = look([span(1, 9)], 200);
    expect(events.map(({ atMs }) => atMs)).toEqual([NOW, NOW + 9 * MINUTE + GAP + 1]);
  });
});
