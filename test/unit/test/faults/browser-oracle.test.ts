// The oracle of the fault schedules in browsers: what it must let pass, and what it must not.
import { describe, expect, it } from 'vitest';
import type { SessionDetail } from '../../../helpers/stillhere-server.ts';
import { compare, type Evidence } from '../../../faults/browsers/compare.ts';
import { pagePath } from '../../../faults/browsers/site.ts';
import { Truth, type Moment, type Stretch } from '../../../faults/browsers/truth.ts';
import { WrongClock } from '../../../faults/browsers/wrong-clock.ts';

const BEGAN = Date.parse('2026-11-24T09:00:00Z');
const TICK_MS = 1_500;
const PAGE = pagePath(TICK_MS, 0, 'a');

/** Seconds after the schedule began. */
const at = (seconds: number): number => BEGAN + seconds * 1_000;

/** One page, loaded at 1 s and hidden at 5 s; the tab closed at 6 s. */
function truth(): Truth {
  const seen = new Truth(TICK_MS);
  const note = { page: PAGE, session: 'ann' };
  const shown = { ...note, sinceMs: at(1), atMs: at(1), isVisible: true };
  const hidden = { ...note, sinceMs: at(5), atMs: at(5), isVisible: false };
  seen.told(0, { document: 'one', notes: [shown] }, at(1.2), at(1.21));
  seen.told(0, { document: 'one', notes: [shown, hidden] }, at(5.5), at(5.51));
  seen.gone(0, 'closed', at(6));
  return seen;
}

function record(spans: readonly (readonly [id: string, from: number, to: number])[], id = 'ann'): SessionDetail {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const ends = spans.map(([, , to]) => at(to));
  return {
    id,
    ref: 'ref',
    emailOfAccessor: 'ann@example.com',
    sessionStartTime: iso(BEGAN),
    sessionEndTime: ends.length > 0 ? iso(Math.max(...ends)) : null,
    durationMs: 0,
    readingTimeMs: spans.reduce((sum, [, from, to]) => sum + Math.round((to - from) * 1_000), 0),
    offlineMs: 0,
    endKnownBy: 'goodbye',
    state: 'ended',
    currentPage: PAGE,
    mirrored: false,
    excluded: false,
    identity: 'typed',
    measured: true,
    accessEndedTime: null,
    pages: [],
    spans: spans.map(([span, from, to]) => ({
      id: span,
      page: PAGE,
      start: iso(at(from)),
      end: iso(at(to)),
      late: false,
      closed: true,
      replayed: false,
    })),
  };
}

function moment(earliest: number, latest: number): Moment {
  return { earliestMs: at(earliest), latestMs: at(latest) };
}

function wrongIn(sessions: readonly SessionDetail[], evidence: Partial<Evidence> = {}): readonly string[] {
  return compare({
    tickMs: TICK_MS,
    manners: { left: 'always', closed: 'always', closingMs: 0 },
    heartbeats: [],
    outages: [],
    clock: new WrongClock({ offMs: 0 }, BEGAN),
    stretches: truth().stretches(at(9)),
    sessions,
    beganAtMs: BEGAN,
    nowMs: at(9),
    ...evidence,
  }).wrong;
}

describe('the oracle of the fault schedules', () => {
  it('accepts the truth, with tolerance for two clocks and a busy machine', () => {
    expect(wrongIn([record([['s', 1.1, 4.9]])])).toEqual([]);
  });

  it.for([
    ['a span that is missing', [], /is missing/],
    ['a last word that is lost', [['s', 1.1, 4.5]], /500 ms before the truth \(hidden\)/],
    ['an end beyond the truth', [['s', 1.1, 5.1]], /100 ms after the truth/],
    [
      'a span that is there twice',
      [
        ['s', 1.1, 5],
        ['t', 1.1, 5],
      ],
      /there twice/,
    ],
    [
      'what nobody could see',
      [
        ['s', 1.1, 5],
        ['t', 5.2, 5.4],
      ],
      /was not read/,
    ],
  ] as const)('finds %s', ([, spans, what]) => {
    expect(wrongIn([record(spans)]).join('\n')).toMatch(what);
  });

  it('detects a span in another session', () => {
    const wrong = wrongIn([record([], 'ann'), record([['s', 1.1, 5]], 'bob')]).join('\n');
    expect(wrong).toMatch(/ann .* is missing/);
    expect(wrong).toMatch(/bob .* was not read/);
  });

  it('detects a reading time that differs from the spans', () => {
    expect(wrongIn([{ ...record([['s', 1.1, 5]]), readingTimeMs: 4_000 }]).join()).toMatch(/reading time/);
  });

  it('requires only the last tick of a page whose browser was killed', () => {
    const seen = new Truth(TICK_MS);
    const notes = [{ page: PAGE, session: 'ann', sinceMs: at(1), atMs: at(1), isVisible: true }];
    seen.told(0, { document: 'one', notes }, at(5), at(5.01));
    seen.gone(0, 'killed', at(5.1));
    const stretches = seen.stretches(at(9));
    expect(wrongIn([record([['s', 1.1, 3.2]])], { stretches })).toEqual([]);
    expect(wrongIn([record([['s', 1.1, 2.5]])], { stretches }).join()).toMatch(/2500 ms before the truth \(killed\)/);
  });

  it('accepts a later end by the network delay, and no more', () => {
    const span = { id: 's', session: 'ann', page: PAGE, start: at(1.1), end: at(5) };
    const heartbeats = [
      { atMs: at(5), sentAt: at(5), spans: [span], fault: 'slow', answeredMs: [at(7)], statuses: [200] } as const,
    ].map((heartbeat) => ({ ...heartbeat, answeredMs: [...heartbeat.answeredMs], statuses: [...heartbeat.statuses] }));
    expect(wrongIn([record([['s', 3.1, 7]])], { heartbeats })).toEqual([]);
    expect(wrongIn([record([['s', 3.1, 7.2]])], { heartbeats }).join()).toMatch(/200 ms after the truth/);
  });

  it('distinguishes the span of a page from that of one left as the cookie changed', () => {
    const left = moment(4, 4.05);
    const stretches: Stretch[] = [
      { page: PAGE, session: 'ann', from: { ...left, latestMs: at(5.5) }, to: left, exit: 'left', isFirst: false },
      { page: PAGE, session: 'ann', from: moment(4.4, 4.5), to: moment(5.6, 5.7), exit: 'closed', isFirst: true },
    ];
    expect(wrongIn([record([['s', 4.45, 5.6]])], { stretches })).toEqual([]);
  });
});
