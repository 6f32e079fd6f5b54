// Where spans are recorded when the device's clock is wrong, or was set.
import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../../server/store/session-store.ts';
import { NEW_SESSION, NOW, RecordedSession } from '../../../helpers/recorded-session.ts';

const MINUTE = 60_000;

describe("the device's clock", () => {
  const HOUR = 60 * MINUTE;

  /** A delivery an hour after the session began. Times are those of the device. */
  function deliver(store: RecordedSession, id: string, startMs: number, endMs: number, offsetMs: number): unknown {
    store.record([
      {
        session: 's',
        receivedMs: NOW + HOUR,
        span: { id, page: '/a/', startMs: NOW + startMs, endMs: NOW + endMs, offsetMs },
      },
    ]);
    const { startMs: from = 0, endMs: to = 0, isClamped } = store.spans.get(id) ?? {};
    return [from - NOW, to - NOW, isClamped];
  }

  it('is known better after a faster delivery, which the owner does not see', () => {
    const store = new RecordedSession();
    expect(deliver(store, 'a', 0, MINUTE, 900)).toEqual([900, MINUTE + 900, false]);
    const { revision } = store;
    expect(deliver(store, 'a', 0, MINUTE, 400)).toEqual([900, MINUTE + 900, false]);
    expect(store.session).toMatchObject({ offsetMs: 400, endMs: NOW + MINUTE + 900, currentPage: '/a/' });
    expect(store.revision).toBe(revision);
    // A slower delivery moves no end.
    expect(deliver(store, 'a', 0, 2 * MINUTE, 900)).toEqual([900, 2 * MINUTE + 400, false]);
    expect(deliver(store, 'b', 2 * MINUTE, 3 * MINUTE, 700)).toEqual([2 * MINUTE + 400, 3 * MINUTE + 400, false]);
  });

  it('that was set leaves a span where it was, and makes it as long as its device says', () => {
    const store = new RecordedSession();
    deliver(store, 'a', 0, MINUTE, 0);
    // The device has been set back by a quarter of an hour, and the span stays on the clock that it began on.
    expect(deliver(store, 'a', 0, 5 * MINUTE, 15 * MINUTE)).toEqual([0, 5 * MINUTE, true]);
    expect(store.session).toMatchObject({ offsetMs: 15 * MINUTE, formerOffsetMs: 0, endKnownBy: 'bounded' });
    // Once it was moved, it stays marked.
    expect(deliver(store, 'a', -15 * MINUTE, -8 * MINUTE, 15 * MINUTE)).toEqual([0, 7 * MINUTE, true]);
    // What follows is on the new clock.
    expect(deliver(store, 'b', 0, MINUTE, 15 * MINUTE)).toEqual([15 * MINUTE, 16 * MINUTE, false]);
  });

  it('can differ by a slow delivery, also after it was set', () => {
    for (const [difference, expected] of [
      [30_000, [15 * MINUTE + 30_000, false]],
      [30_001, [15 * MINUTE, true]],
      [-30_000, [15 * MINUTE - 30_000, false]],
      [-30_001, [15 * MINUTE, true]],
    ] as const) {
      const store = new RecordedSession();
      store.session = { ...NEW_SESSION, offsetMs: 0, formerOffsetMs: HOUR };
      deliver(store, 'a', 10 * MINUTE, 11 * MINUTE, 0);
      const [from, to] = [10 * MINUTE + difference, 15 * MINUTE + difference];
      expect(deliver(store, 'a', from, to, 0)).toEqual([10 * MINUTE, ...expected]);
    }
  });

  it('that was never set is believed, however much a span moved', () => {
    const store = new RecordedSession();
    deliver(store, 'a', 0, MINUTE, 0);
    expect(deliver(store, 'a', 2 * MINUTE, 5 * MINUTE, 0)).toEqual([0, 5 * MINUTE, false]);
  });

  it('that nobody knows puts a span beside what the same delivery brings, not over it', () => {
    const store = new RecordedSession();
    const make = (id: string, startMs: number, endMs: number): Sighting => ({
      session: 's',
      receivedMs: NOW + HOUR,
      span: { id, page: '/a/', startMs: NOW + startMs, endMs: NOW + endMs, offsetMs: 0 },
    });
    const lost = make('lost', -9 * HOUR, 5 * MINUTE - 9 * HOUR);
    store.record([lost, { session: 's', receivedMs: NOW + HOUR }, make('known', 0, 10 * MINUTE)]);
    expect(store.session.readingMs).toBe(15 * MINUTE);
    expect(store.spans.get('lost')).toMatchObject({ startMs: NOW + 10 * MINUTE, isClamped: true });
    expect(store.spans.get('known')).toMatchObject({ startMs: NOW, isClamped: false });
  });

  it('that nobody knows leaves the pauses between spans as long as they were', () => {
    const store = new RecordedSession();
    store.record(
      [0, 10, 30].map((minute) => ({
        session: 's',
        receivedMs: NOW + HOUR,
        span: {
          id: `${minute}`,
          page: '/a/',
          startMs: NOW + minute * MINUTE - 9 * HOUR,
          endMs: NOW + (minute + 5) * MINUTE - 9 * HOUR,
          offsetMs: 0,
        },
      })),
    );
    const starts = [...store.spans.values()].map(({ startMs }) => (startMs - NOW) / MINUTE);
    expect(starts).toEqual([0, 10, 30]);
  });

  it('that a span shows to have been another one is remembered for the spans after it', () => {
    const store = new RecordedSession();
    deliver(store, 'a', 0, MINUTE, 0);
    expect(deliver(store, 'b', -9 * HOUR, MINUTE - 9 * HOUR, 0)).toEqual([MINUTE, 2 * MINUTE, true]);
    expect(store.session.formerOffsetMs).toBe(MINUTE + 9 * HOUR);
    expect(deliver(store, 'c', 5 * MINUTE - 9 * HOUR, 6 * MINUTE - 9 * HOUR, 0)).toEqual([
      6 * MINUTE,
      7 * MINUTE,
      true,
    ]);
  });
});

describe("the server's clock, set back by an hour while a session runs", () => {
  const HOUR = 60 * MINUTE;
  /** A delivery that arrives `minutes` after the session began, when the clock shows an hour less. */
  const deliver = (store: RecordedSession, minutes: number, span?: Sighting['span'], setBackMs?: number): void => {
    store.record([{ session: 's', receivedMs: NOW + minutes * MINUTE - HOUR, setBackMs, ...(span && { span }) }]);
  };
  /** Of a device whose clock is right, as the server's was before. */
  const upTo = (minutes: number): Sighting['span'] => ({
    id: 'a',
    page: '/a/',
    startMs: NOW,
    endMs: NOW + minutes * MINUTE,
    offsetMs: -HOUR,
  });
  const begin = (): RecordedSession => {
    const store = new RecordedSession();
    store.record([
      {
        session: 's',
        receivedMs: NOW + 5 * MINUTE,
        span: { id: 'a', page: '/a/', startMs: NOW, endMs: NOW + 5 * MINUTE, offsetMs: 0 },
      },
    ]);
    return store;
  };

  it('goes on by the clock that the session began with', () => {
    const store = begin();
    deliver(store, 8, upTo(8), HOUR);
    expect(store.spans.get('a')).toMatchObject({ startMs: NOW, endMs: NOW + 8 * MINUTE, isClamped: false });
    deliver(store, 9, undefined, HOUR);
    expect(store.session).toMatchObject({ endMs: NOW + 9 * MINUTE, readingMs: 8 * MINUTE });
  });

  it('goes on by it also if nothing was seen of the session yet, or if it is older than the step', () => {
    const unseen = new RecordedSession();
    deliver(unseen, 8, upTo(8), HOUR);
    expect(unseen.session).toMatchObject({ endMs: NOW + 8 * MINUTE, readingMs: 8 * MINUTE });
    const older = new RecordedSession();
    older.record([{ session: 's', receivedMs: NOW + 120 * MINUTE }]);
    deliver(older, 125, upTo(125), HOUR);
    expect(older.session).toMatchObject({ endMs: NOW + 125 * MINUTE, readingMs: 125 * MINUTE });
  });

  it('goes on by it from where the step back begins to count, to the millisecond', () => {
    for (const [aheadMs, endMs] of [
      [10_000, NOW + 5 * MINUTE + HOUR],
      [9_999, NOW + 5 * MINUTE + 9_999],
    ] as const) {
      const store = new RecordedSession();
      store.record([{ session: 's', receivedMs: NOW + 5 * MINUTE + aheadMs }]);
      store.record([{ session: 's', receivedMs: NOW + 5 * MINUTE, setBackMs: HOUR }]);
      expect(store.session.endMs).toBe(endMs);
    }
  });

  it('ends where it did where nobody saw the clock being set: nothing ends after it was received', () => {
    const store = begin();
    deliver(store, 8, upTo(8));
    deliver(store, 9);
    expect(store.session).toMatchObject({ endMs: NOW + 5 * MINUTE, readingMs: 5 * MINUTE });
  });

  it('does not move what is read to where another server, whose clock is ahead by seconds, has seen the session', () => {
    const store = new RecordedSession();
    const span = { id: 'a', page: '/a/', startMs: NOW, endMs: NOW + 5 * MINUTE, offsetMs: 2_000 };
    store.record([{ session: 's', receivedMs: NOW + 5 * MINUTE + 2_000, span }]);
    const next = { ...span, id: 'b', startMs: NOW + 5 * MINUTE, endMs: NOW + 5 * MINUTE + 1_000, offsetMs: 0 };
    store.record([{ session: 's', receivedMs: NOW + 5 * MINUTE + 1_000, setBackMs: HOUR, span: next }]);
    expect(store.session.endMs).toBeLessThan(NOW + 6 * MINUTE);
  });

  it('gives a session that began afterwards no time that was not read', () => {
    const store = new RecordedSession();
    store.record([
      {
        session: 's',
        receivedMs: NOW + MINUTE,
        setBackMs: HOUR,
        span: { id: 'a', page: '/a/', startMs: NOW, endMs: NOW + 30 * MINUTE, offsetMs: 0 },
      },
    ]);
    expect(store.session).toMatchObject({ endMs: NOW + MINUTE, readingMs: MINUTE });
  });
});
