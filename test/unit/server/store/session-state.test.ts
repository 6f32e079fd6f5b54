// Each border of the states, and the moment up to which a session has not ended.
import { describe, expect, it } from 'vitest';
import { activeUntil, seenOf, stateOf, type Seen } from '../../../../server/store/session-state.ts';
import type { Session } from '../../../../server/store/session.ts';

const LAST = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function seen(change: Partial<Seen> = {}): Seen {
  return { lastMs: LAST, openMs: null, visibleMs: MINUTE, nextBeatMs: null, ...change };
}

/** The states at these times after it was last seen. */
function statesAt(one: Seen, ...afterMs: readonly number[]): readonly string[] {
  return afterMs.map((ms) => stateOf(one, LAST + ms));
}

describe('the state', () => {
  it('is reading while a span is open, for a minute beyond the next beat', () => {
    const one = seen({ openMs: LAST, nextBeatMs: 8 * MINUTE });
    expect(statesAt(one, 0, 9 * MINUTE, 9 * MINUTE + 1)).toEqual(['reading', 'reading', 'ended']);
  });

  it('is reading for 13 minutes where the device does not say when it beats next', () => {
    expect(statesAt(seen({ openMs: LAST }), 13 * MINUTE, 13 * MINUTE + 1)).toEqual(['reading', 'ended']);
  });

  it('is away for 5 minutes after the end, if no span is open or its beat is overdue', () => {
    expect(statesAt(seen(), 0, 5 * MINUTE, 5 * MINUTE + 1)).toEqual(['away', 'away', 'ended']);
    const overdue = seen({ openMs: LAST, nextBeatMs: MINUTE });
    expect(statesAt(overdue, 2 * MINUTE, 2 * MINUTE + 1, 5 * MINUTE + 1)).toEqual(['reading', 'away', 'ended']);
  });

  it('is reading while one of two tabs is open, whichever was seen last', () => {
    const one = seen({ openMs: LAST - MINUTE, nextBeatMs: 3 * MINUTE });
    expect(statesAt(one, 3 * MINUTE, 3 * MINUTE + 1)).toEqual(['reading', 'away']);
  });

  it('is opened after the end if it was visible for less than 5 seconds', () => {
    const states = [5 * SECOND - 1, 5 * SECOND].map((visibleMs) => statesAt(seen({ visibleMs }), 0, 6 * MINUTE));
    expect(states).toEqual([
      ['away', 'opened'],
      ['away', 'ended'],
    ]);
  });

  it('ends right after the moment up to which it is active', () => {
    for (const one of [seen(), seen({ openMs: LAST }), seen({ openMs: LAST, nextBeatMs: SECOND })])
      expect([activeUntil(one), activeUntil(one) + 1].map((ms) => stateOf(one, ms) === 'ended')).toEqual([false, true]);
  });
});

describe("a session's row", () => {
  const session: Session = {
    id: 'ann',
    ref: 'r',
    email: 'ann@example.com',
    startMs: LAST - MINUTE,
    endMs: LAST,
    readingMs: 30 * SECOND,
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
  };

  it('shows an open span unless the page said goodbye', () => {
    expect(seenOf(session)).toEqual(seen({ openMs: LAST, visibleMs: 30 * SECOND, nextBeatMs: 3 * MINUTE }));
    expect(seenOf({ ...session, endKnownBy: 'goodbye' }).openMs).toBeNull();
    expect(seenOf({ ...session, endKnownBy: 'beat' }).openMs).toBe(LAST);
  });

  it('shows nothing but the gate before the first span', () => {
    const gate = { ...session, endMs: null, readingMs: 0, endKnownBy: null, nextBeatMs: null };
    expect(seenOf(gate)).toEqual(seen({ lastMs: LAST - MINUTE, visibleMs: 0 }));
  });

  it('counts as visible from start to end where only beats of the original contract came', () => {
    expect(seenOf({ ...session, readingMs: 0, endKnownBy: 'beat' }).visibleMs).toBe(MINUTE);
    expect(seenOf({ ...session, endKnownBy: 'beat' }).visibleMs).toBe(30 * SECOND);
    expect(seenOf({ ...session, readingMs: 0, endKnownBy: 'goodbye' }).visibleMs).toBe(0);
  });
});
