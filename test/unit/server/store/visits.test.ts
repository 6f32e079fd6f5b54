// Visits, also against an oracle that marks every minute.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredMs } from '../../../helpers/covered-ms.ts';
import type { StoredSpan } from '../../../../server/store/session-store.ts';
import { seenOfVisit, visitsOf, type Visit } from '../../../../server/store/visits.ts';

const MINUTE = 60_000;

function span(fromMinute: number, toMinute: number, change: Partial<StoredSpan> = {}): StoredSpan {
  return {
    id: `s${fromMinute}`,
    page: '/a/',
    startMs: fromMinute * MINUTE,
    endMs: toMinute * MINUTE,
    isLate: false,
    isClamped: false,
    isClosed: true,
    isReplayed: false,
    receivedMs: null,
    ...change,
  };
}

/** The visits of a session that began at minute 0, in minutes: start, end, reading time. */
function visits(spans: readonly StoredSpan[], endMinute?: number): readonly (readonly (number | null)[])[] {
  const endMs = endMinute === undefined ? Math.max(...spans.map((one) => one.endMs)) : endMinute * MINUTE;
  return visitsOf({ startMs: 0, endMs: endMs < 0 ? null : endMs }, spans).map(({ startMs, endMs: end, readingMs }) => [
    startMs / MINUTE,
    end / MINUTE,
    readingMs === null ? null : readingMs / MINUTE,
  ]);
}

describe('a visit', () => {
  it('goes on after a gap of half an hour, and not after a longer one', () => {
    expect(visits([span(0, 5), span(35, 40)])).toEqual([[0, 40, 10]]);
    expect(visits([span(0, 5), span(35, 40, { startMs: 35 * MINUTE + 1 })])).toMatchObject([
      [0, 5, 5],
      [expect.closeTo(35), 40, expect.closeTo(5)],
    ]);
  });

  it('is as long as its longest span, and reads as long as their union', () => {
    expect(visits([span(0, 60), span(10, 20), span(80, 90)])).toEqual([[0, 90, 70]]);
  });

  it('begins at the gate: a session without spans has one, too', () => {
    expect(visits([])).toEqual([[0, 0, 0]]);
    expect(visits([span(3, 4)])).toEqual([[0, 4, 1]]);
    expect(visits([span(60, 61)])).toEqual([
      [0, 0, 0],
      [60, 61, 1],
    ]);
  });

  it('reaches to the last beat of the original contract, without a reading time', () => {
    expect(visits([], 90)).toEqual([[0, 90, null]]);
    expect(visits([span(0, 5)], 90)).toEqual([[0, 90, 5]]);
  });

  it('consists of the spans that lie in it, and only grows when more arrive', () => {
    const times = fc.array(fc.tuple(fc.nat(300), fc.nat(40)), { maxLength: 12 });
    fc.assert(
      fc.property(times, fc.nat(12), (all, known) => {
        const spans = all.map(([from, length], nth) => span(from, from + length, { id: `s${nth}` }));
        const byStart = (some: readonly StoredSpan[]): readonly StoredSpan[] =>
          some.toSorted((one, other) => one.startMs - other.startMs);
        const find = (some: readonly StoredSpan[]): readonly Visit[] =>
          visitsOf({ startMs: 0, endMs: Math.max(0, ...some.map(({ endMs }) => endMs)) }, byStart(some));
        const found = find(spans);
        expect(found.map(({ startMs, endMs }) => [startMs / MINUTE, endMs / MINUTE])).toEqual(markMinutes(spans));
        expect(found.map(({ readingMs }) => readingMs)).toEqual(found.map((visit) => coveredMs(visit.spans)));
        expect(found.flatMap((visit) => visit.spans)).toEqual(byStart(spans));
        for (const { startMs, endMs } of find(spans.slice(0, known)))
          expect(found.some((later) => later.startMs <= startMs && later.endMs >= endMs)).toBe(true);
      }),
    );
  });
});

/** From minute to minute: the first and the last that somebody was there, with at most 30 minutes between two of them. */
function markMinutes(spans: readonly StoredSpan[]): readonly (readonly number[])[] {
  const isThere = (minute: number): boolean =>
    minute === 0 || spans.some(({ startMs, endMs }) => startMs <= minute * MINUTE && minute * MINUTE <= endMs);
  const runs: number[][] = [];
  let last = -Infinity;
  for (let minute = 0; minute <= 340; minute++) {
    if (!isThere(minute)) continue;
    if (minute - last > 30) runs.push([minute, minute]);
    else runs.at(-1)?.splice(1, 1, minute);
    last = minute;
  }
  return runs;
}

describe('a visit as it was last seen', () => {
  const seen = (spans: readonly StoredSpan[], endMinute: number): readonly (number | null)[] => {
    const visit = visitsOf({ startMs: 0, endMs: endMinute * MINUTE }, spans).at(-1);
    if (!visit) throw new Error('There is always a visit');
    const { lastMs, openMs, visibleMs } = seenOfVisit(visit, 7);
    return [lastMs / MINUTE, openMs === null ? null : openMs / MINUTE, visibleMs / MINUTE];
  };

  it('is open up to the latest end of the spans that are not closed', () => {
    expect(seen([span(0, 5), span(1, 9)], 9)).toEqual([9, null, 9]);
    const tabs = [span(0, 5, { isClosed: false }), span(1, 7, { isClosed: false }), span(2, 9)];
    expect(seen(tabs, 9)).toEqual([9, 7, 9]);
  });

  it('is not open at the gate, and open where a beat of the original contract came last', () => {
    expect(seen([], 0)).toEqual([0, null, 0]);
    expect(seen([], 20)).toEqual([20, 20, 20]);
    // Not since the epoch.
    const later = { startMs: 60 * MINUTE, endMs: 80 * MINUTE, readingMs: null, spans: [] };
    expect(seenOfVisit(later, null).visibleMs).toBe(20 * MINUTE);
    expect(seen([span(0, 5)], 20)).toEqual([20, 20, 5]);
  });

  it('has the time that the session says its next beat comes in', () => {
    const [visit] = visitsOf({ startMs: 0, endMs: null }, []);
    expect(visit && seenOfVisit(visit, 7).nextBeatMs).toBe(7);
  });
});
