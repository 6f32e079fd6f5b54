// Where spans are recorded that fit no known clock of their device: beside what was read at other times, and never over it.
import { expect, it } from 'vitest';
import type { Sighting } from '../../../../server/store/session-store.ts';
import { NOW, RecordedSession } from '../../../helpers/recorded-session.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Times are those of the device, in minutes after the session began. Received an hour after that. */
function see(id: string, start: number, end: number, its: Partial<Sighting> & { offsetMs?: number } = {}): Sighting {
  const { offsetMs = 0, ...more } = its;
  const span = { id, page: '/a/', startMs: NOW + start * MINUTE, endMs: NOW + end * MINUTE, offsetMs };
  return { session: 's', receivedMs: NOW + HOUR, span, ...more };
}

function placeOf(store: RecordedSession, id: string): unknown {
  const { startMs = 0, endMs = 0 } = store.spans.get(id) ?? {};
  return [(startMs - NOW) / MINUTE, (endMs - NOW) / MINUTE];
}

it('fill the free time one after the other where there is no place for all together', () => {
  const store = new RecordedSession();
  store.record([see('read', 6, 20), see('read later', 26, 60)]);
  store.record([see('lost', -540, -535), see('lost later', -530, -525)]);
  expect([placeOf(store, 'lost'), placeOf(store, 'lost later')]).toEqual([
    [0, 5],
    [20, 25],
  ]);
  expect(store.session.readingMs).toBe(58 * MINUTE);
});

it('stay beside what the same delivery brings on a clock that was known before', () => {
  const store = new RecordedSession();
  // The device's clock was ahead by four hours, and has been right since.
  store.record([see('ahead', 240, 245, { offsetMs: -4 * HOUR }), see('right', 10, 20)]);
  store.record([see('lost', -540, -530), see('ahead, too', 260, 265), see('right, too', 5, 10)]);
  expect([placeOf(store, 'lost'), placeOf(store, 'ahead, too')]).toEqual([
    [25, 35],
    [20, 25],
  ]);
  expect(store.session.readingMs).toBe(35 * MINUTE);
});

it('leave a later delivery, which is recorded with them, on its own clock', () => {
  const store = new RecordedSession();
  // The clock is set by an hour between the two.
  const later = see('later', 80, 90, { offsetMs: -HOUR, receivedMs: NOW + HOUR + MINUTE });
  store.record([see('lost', -540, -530), later]);
  expect([placeOf(store, 'lost'), placeOf(store, 'later')]).toEqual([
    [0, 10],
    [20, 30],
  ]);
  expect(store.spans.get('later')?.isClamped).toBe(false);
});

it('leave a later and faster delivery where its device says, as nothing that was moved', () => {
  const store = new RecordedSession();
  const times = [900, 300, 600].map((offsetMs, nth) => see(`${nth}`, 10 * nth, 10 * nth + 5, { offsetMs }));
  store.record([see('lost', -540, -530, { offsetMs: 900 }), ...times]);
  expect([...store.spans.values()].map(({ isClamped }) => isClamped)).toEqual([true, false, false, false]);
});

it('are placed by the clock that the session began with, if the clock of the server was set back', () => {
  const store = new RecordedSession();
  store.record([see('read', 0, 60)]);
  const set = { receivedMs: NOW + 30 * MINUTE, setBackMs: HOUR, offsetMs: -HOUR };
  store.record([see('lost', -540, -530, set), see('lost later', -500, -490, set), see('read on', 60, 70, set)]);
  expect([placeOf(store, 'read on'), store.session.readingMs]).toEqual([[60, 70], 90 * MINUTE]);
});

it('lie over what was read where nothing is free', () => {
  const store = new RecordedSession();
  store.record([see('read', 0, 60)]);
  store.record([see('lost', -540, -530)]);
  expect([placeOf(store, 'lost'), store.session.readingMs]).toEqual([[0, 10], HOUR]);
});
