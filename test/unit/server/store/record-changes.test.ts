// What single sightings change in a session. test/unit/server/store/record.test.ts has what is true of any.
import { describe, expect, it } from 'vitest';
import { openedFile } from '../../../../server/store/opened-file.ts';
import { recordSession } from '../../../../server/store/record.ts';
import { MAX_SESSION_SPANS, MAX_STRETCHES, type Sighting } from '../../../../server/store/session-store.ts';
import { LATEST, NEW_SESSION, NOW, RecordedSession, sight } from '../../../helpers/recorded-session.ts';

const MINUTE = 60_000;

describe('a session', () => {
  it('counts as offline what was delivered from the queue first', () => {
    const store = new RecordedSession();
    const span = { id: 'a', page: '/a/', start: 0, isClosed: false };
    store.record([sight({ ...span, end: 10, isReplayed: false })]);
    store.record([sight({ ...span, end: 25, isReplayed: true })]);
    store.record([sight({ ...span, end: 30, isReplayed: false })]);
    expect(store.session).toMatchObject({ readingMs: 30, offlineMs: 15 });
    expect(store.spans.get('a')?.isReplayed).toBe(true);
  });

  it('says of each span whether more of it ever came from the queue, and keeps its first page', () => {
    const store = new RecordedSession();
    const deliver = (end: number, isReplayed: boolean, page = '/a/'): unknown => {
      store.record([sight({ id: 'a', page, start: 0, end, isClosed: false, isReplayed })]);
      return store.spans.get('a');
    };
    expect(deliver(10, false)).toMatchObject({ page: '/a/', isReplayed: false });
    expect(deliver(20, false)).toMatchObject({ isReplayed: false });
    expect(deliver(30, true)).toMatchObject({ isReplayed: true });
    expect(deliver(40, false)).toMatchObject({ isReplayed: true });
    const both = ['/b/', '/c/'].map((page, nth) =>
      sight({ id: 'b', page, start: 41, end: 42 + nth, isClosed: false, isReplayed: false }),
    );
    store.record(both);
    expect(store.spans.get('b')).toMatchObject({ page: '/b/', endMs: NOW + 43 });
  });

  it('ends on the page that was opened last where two are left together', () => {
    const make = (id: string, start: number, page: string): Sighting =>
      sight({ id, page, start, end: 10, isClosed: false, isReplayed: false });
    for (const order of [0, 1]) {
      const store = new RecordedSession();
      const both = [make('z', 0, '/first/'), make('a', 5, '/second/')];
      store.record(order === 0 ? both : both.toReversed());
      expect(store.session).toMatchObject({ currentPage: '/second/', lastSpanId: 'a', lastSpanStartMs: NOW + 5 });
    }
  });

  it('still ends with its last beat when its span grows to a moment before that', () => {
    const store = new RecordedSession();
    const span = { id: 'a', page: '/a/', start: 0, isClosed: false, isReplayed: false };
    store.record([sight({ ...span, end: 10 }), { session: 's', receivedMs: NOW + 15 }]);
    store.record([sight({ ...span, end: 12 })]);
    expect(store.session).toMatchObject({ endMs: NOW + 15, endKnownBy: 'beat', readingMs: 12 });
  });

  it('keeps when a delivery from the queue, or a late one, brought more of a span', () => {
    const store = new RecordedSession();
    const deliver = (minute: number, end: number, isReplayed = false): number | undefined => {
      const span = { id: 'a', page: '/a/', startMs: NOW, endMs: NOW + end * MINUTE, offsetMs: 0, isReplayed };
      store.record([{ session: 's', receivedMs: NOW + minute * MINUTE, span }]);
      const { receivedMs } = store.spans.get('a') ?? {};
      return receivedMs === undefined ? undefined : (receivedMs - NOW) / MINUTE;
    };
    expect(deliver(1, 1)).toBeUndefined();
    expect(deliver(7, 4, true)).toBe(7);
    // The receipt was lost, so the same is delivered again; then the span goes on.
    expect(deliver(8, 4, true)).toBe(7);
    expect(deliver(9, 9)).toBe(7);
    expect(deliver(12, 10)).toBe(12);
  });

  it('learns that a span is over even if it has not grown, once', () => {
    const store = new RecordedSession();
    const span = { id: 'a', page: '/a/', start: 0, end: 10, isReplayed: false };
    store.record([sight({ ...span, isClosed: false })]);
    expect([store.session.endKnownBy, store.revision]).toEqual(['tick', 2]);
    for (let time = 0; time < 2; time++) store.record([sight({ ...span, isClosed: true })]);
    expect([store.session.endKnownBy, store.revision]).toEqual(['goodbye', 3]);
  });

  it('ends with a goodbye only if the span that is over is the one that ends it', () => {
    const store = new RecordedSession();
    const one = { page: '/a/', end: 10, isReplayed: false };
    const open = [
      sight({ ...one, id: 'a', start: 0, isClosed: false }),
      sight({ ...one, id: 'b', start: 5, isClosed: false }),
    ];
    store.record(open);
    store.record([sight({ ...one, id: 'a', start: 0, isClosed: true })]);
    expect([store.session.endKnownBy, store.spans.get('a')?.isClosed]).toEqual(['tick', true]);
    // The page was still there later, as its beat shows.
    store.record([{ session: 's', receivedMs: NOW + 15 }]);
    store.record([sight({ ...one, id: 'b', start: 5, isClosed: true })]);
    expect(store.session).toMatchObject({ endKnownBy: 'beat', endMs: NOW + 15 });
  });

  it('that was seen after its last span ends with a beat, and not before its start', () => {
    const store = new RecordedSession();
    store.record([{ session: 's', receivedMs: NOW - 5 }]);
    expect(store.session).toMatchObject({ endMs: NOW, endKnownBy: 'beat' });
    store.record([sight({ id: 'a', page: '/a/', start: 0, end: 10, isClosed: true, isReplayed: false })]);
    for (const ms of [5, 10]) store.record([{ session: 's', receivedMs: NOW + ms }]);
    expect(store.session).toMatchObject({ endMs: NOW + 10, endKnownBy: 'goodbye' });
    expect(store.revision).toBe(3);
    store.record([{ session: 's', receivedMs: NOW + 15 }]);
    expect(store.revision).toBe(4);
    expect(store.session).toMatchObject({ endMs: NOW + 15, endKnownBy: 'beat', currentPage: '/a/' });
  });

  it('with a wrong clock says that its end was moved', () => {
    const store = new RecordedSession();
    const span = { id: 'a', page: '/a/', startMs: NOW - 9_000, endMs: NOW - 5_000, offsetMs: 0, isClosed: true };
    store.record([{ session: 's', receivedMs: NOW + 60_000, span }]);
    expect(store.session).toMatchObject({ endMs: NOW + 4_000, endKnownBy: 'bounded' });
  });

  it('keeps when the next beat is due, without a new revision', () => {
    const store = new RecordedSession();
    const one = sight({ id: 'a', page: '/a/', start: 0, end: 10, isClosed: false, isReplayed: false });
    store.record([one]);
    store.record([{ ...one, nextBeatMs: 15_000 }]);
    // Not every delivery says it.
    store.record([one]);
    expect([store.session.nextBeatMs, store.revision]).toEqual([15_000, 2]);
    store.record([{ ...one, nextBeatMs: 60_000 }]);
    expect(store.session.nextBeatMs).toBe(60_000);
  });

  it('is saved only if something in it is new', () => {
    const store = new RecordedSession();
    const one = sight({ id: 'a', page: '/a/', start: 0, end: 10, isClosed: true, isReplayed: false });
    const beat = { session: 's', receivedMs: NOW + 5 };
    const sightings = [{ ...one, nextBeatMs: 15_000 }, beat];
    expect(store.record(sightings)).toEqual(['stored', 'stored']);
    const known = { spans: store.spans, stretches: { ranges: [], stretches: [] } };
    expect(recordSession(store.session, sightings, known)).toEqual({
      recorded: ['stored', 'stored'],
      session: undefined,
      isVisible: false,
      spans: [],
      removed: [],
      added: [],
    });
  });
});

describe('a session that has as many spans as it can have', () => {
  const seenAt = (id: string, start: number, end: number): Sighting =>
    sight({ id, page: '/a/', start, end, isClosed: false, isReplayed: false });

  it('takes no other one, and still learns how long its spans are', () => {
    const store = new RecordedSession();
    store.record([seenAt('a', 0, 10)]);
    store.session = { ...store.session, spanCount: MAX_SESSION_SPANS - 1 };
    expect(store.record([seenAt('b', 10, 20), seenAt('c', 20, 30), seenAt('a', 0, 12)])).toEqual([
      'stored',
      'too-many-spans',
      'stored',
    ]);
    expect([...store.spans.keys()]).toEqual(['a', 'b']);
    expect(store.session).toMatchObject({ spanCount: MAX_SESSION_SPANS, readingMs: 20 });
    const before = store.session;
    expect(store.record([seenAt('d', 30, 40)])).toEqual(['too-many-spans']);
    expect([store.session, store.revision]).toEqual([before, 3]);
  });

  it('or stretches, takes only what makes no more of those', () => {
    const store = new RecordedSession();
    store.record([seenAt('a', 0, 5), seenAt('b', 10, 15)]);
    store.session = { ...store.session, stretchCount: MAX_STRETCHES };
    expect(store.record([seenAt('c', 20, 25)])).toEqual(['too-many-spans']);
    expect(store.session).toMatchObject({ readingMs: 10, lastEndMs: NOW + 15 });
    // One that goes on with the last one, and one that goes on with one before it.
    expect(store.record([seenAt('b', 10, 18), seenAt('d', 4, 8)])).toEqual(['stored', 'stored']);
    expect(store.session).toMatchObject({ readingMs: 16, stretchCount: MAX_STRETCHES });
    store.session = { ...store.session, stretchCount: MAX_STRETCHES - 1 };
    expect(store.record([seenAt('c', 20, 25)])).toEqual(['stored']);
  });
});

describe('a file that the server saw being opened', () => {
  const opened = openedFile('s', '/report.pdf', 'first', NOW + 30);
  const read = sight({ id: 'a', page: '/a/', start: 0, end: 10, isClosed: false, isReplayed: false });

  it('counts once in a visit, without reading time, and says nothing about the clock of the device', () => {
    const store = new RecordedSession();
    const span = { id: 'a', page: '/a/', startMs: NOW - 900, endMs: NOW - 890, offsetMs: 900 };
    store.record([{ session: 's', receivedMs: NOW + LATEST, span }]);
    expect(store.record([opened])).toEqual(['stored']);
    const [session, { revision }] = [store.session, store];
    expect(session).toMatchObject({ readingMs: 10, spanCount: 2, currentPage: '/report.pdf', offsetMs: 900 });
    expect(store.record([openedFile('s', '/report.pdf', 'first', NOW + 50)])).toEqual(['stored']);
    expect([store.session, store.revision]).toEqual([session, revision]);
  });

  it('is not kept where a session has as many stretches as it can have', () => {
    const store = new RecordedSession();
    store.record([read]);
    store.session = { ...store.session, stretchCount: MAX_STRETCHES };
    expect(store.record([opened])).toEqual(['too-many-spans']);
    expect([...store.spans.keys()]).toEqual(['a']);
  });

  it('is where it was opened for what a device delivers with a wrong clock at the same moment', () => {
    const store = new RecordedSession();
    const span = { id: 'lost', page: '/a/', startMs: NOW - 90_000, endMs: NOW - 90_000 + 40, offsetMs: 20 };
    const known = { id: 'known', page: '/a/', startMs: NOW + 35, endMs: NOW + 40, offsetMs: 20 };
    store.record([
      { session: 's', receivedMs: NOW + LATEST, span },
      openedFile('s', '/report.pdf', 'first', NOW + 15),
      { session: 's', receivedMs: NOW + LATEST, span: known },
    ]);
    expect([...store.spans].map(([id, { startMs }]) => [id, startMs - NOW])).toEqual([
      ['lost', 15],
      ['opened:first', 15],
      ['known', 55],
    ]);
  });
});

describe('the stretches', () => {
  it('are not loaded for reading that goes on', () => {
    const store = new RecordedSession();
    for (const start of [0, 20, 40])
      store.record([sight({ id: `${start}`, page: '/a/', start, end: start + 5, isClosed: false, isReplayed: false })]);
    const span = { id: '40', page: '/a/', startMs: NOW + 40, endMs: NOW + 50, offsetMs: 0 };
    const known = { spans: store.spans, stretches: { ranges: [], stretches: [] } };
    expect(recordSession(store.session, [{ session: 's', receivedMs: NOW + 60, span }], known)).not.toHaveProperty(
      'missing',
    );
    const before = { ...span, id: 'before', startMs: NOW + 1, endMs: NOW + 2 };
    const again = { ...before, id: 'again', startMs: NOW + 2, endMs: NOW + 30 };
    expect(
      recordSession(
        store.session,
        [before, again].map((one) => ({ session: 's', receivedMs: NOW + 60, span: one })),
        known,
      ),
    ).toEqual({ missing: [{ startMs: NOW + 1, endMs: NOW + 30 }] });
  });

  it('of a session that has none are not loaded, whatever the order of its first spans', () => {
    const sightings = [20, 10].map((start) =>
      sight({ id: `${start}`, page: '/a/', start, end: start + 5, isClosed: false, isReplayed: false }),
    );
    const known = { spans: new Map(), stretches: { ranges: [], stretches: [] } };
    expect(recordSession(NEW_SESSION, sightings, known)).not.toHaveProperty('missing');
  });

  it('are all considered when a span fits no known clock, unless there are too many', () => {
    const place = (isCrowded: boolean): number => {
      const store = new RecordedSession();
      for (const start of [0, 20, 40])
        store.record([
          sight({ id: `${start}`, page: '/a/', start, end: start + 15, isClosed: false, isReplayed: false }),
        ]);
      const span = { id: 'lost', page: '/a/', startMs: NOW - 90_000, endMs: NOW - 90_000 + 5, offsetMs: 0 };
      store.record([{ session: 's', receivedMs: NOW + LATEST, span }], isCrowded);
      return (store.spans.get('lost')?.startMs ?? 0) - NOW;
    };
    expect(place(false)).toBe(15);
    expect(place(true)).toBe(0);
  });

  it('that is the last one is considered in any case', () => {
    const store = new RecordedSession();
    store.record([sight({ id: 'a', page: '/a/', start: 0, end: 40, isClosed: false, isReplayed: false })]);
    const span = { id: 'lost', page: '/a/', startMs: NOW - 90_000, endMs: NOW - 90_000 + 5, offsetMs: 0 };
    store.record([{ session: 's', receivedMs: NOW + LATEST, span }], true);
    expect(store.spans.get('lost')?.startMs).toBe(NOW + 40);
  });
});
