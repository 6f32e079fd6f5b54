// The bench that judges the record must itself be right: what it takes for true, and what it lets pass.
import { describe, expect, it } from 'vitest';
import type { SessionDetail } from '../../../helpers/stillhere-server.ts';
import { shortfalls, toRow } from '../../../bench/accuracy/row.ts';
import { SCENARIOS } from '../../../bench/accuracy/scenarios.ts';
import { measure, Truth, uncovered } from '../../../bench/accuracy/truth.ts';

const IDLE_AFTER_MS = 15_000;
const BEGAN_MS = Date.parse('2026-11-24T08:00:00Z');
const PAGE = '/ours/read/';

const at = (seconds: number): number => BEGAN_MS + seconds * 1_000;
const moment = (seconds: number): { earliestMs: number; latestMs: number } => ({
  earliestMs: at(seconds),
  latestMs: at(seconds),
});

/** Seen for 20 s, hidden for 10, seen for another 20; always reading. */
function seenTwice(): Truth {
  const truth = new Truth(IDLE_AFTER_MS);
  const tab = {};
  for (const from of [0, 30]) {
    truth.show(tab, PAGE, moment(from));
    truth.input(tab, at(from + 10));
    truth.hide(tab, moment(from + 20));
  }
  return truth;
}

/** What the owner is told of these spans, in seconds. */
function record(...spans: readonly (readonly [number, number])[]): SessionDetail {
  const readingTimeMs = measure(spans.map(([start, end]) => ({ startMs: start * 1_000, endMs: end * 1_000 })));
  const lastEnd = Math.max(...spans.map(([, end]) => end));
  return {
    id: 'session',
    ref: 'ref',
    emailOfAccessor: 'ann@example.com',
    sessionStartTime: new Date(BEGAN_MS).toISOString(),
    sessionEndTime: new Date(at(lastEnd)).toISOString(),
    durationMs: lastEnd * 1_000,
    readingTimeMs,
    offlineMs: 0,
    endKnownBy: 'goodbye',
    state: 'ended',
    currentPage: PAGE,
    mirrored: false,
    excluded: false,
    identity: 'typed',
    measured: true,
    accessEndedTime: null,
    pages: [{ page: PAGE, readingTimeMs }],
    spans: spans.map(([start, end]) => ({
      id: `${start}`,
      page: PAGE,
      start: new Date(at(start)).toISOString(),
      end: new Date(at(end)).toISOString(),
      late: false,
      closed: true,
      replayed: false,
    })),
  };
}

/** The shortfalls of a record in the scenario of this name. */
function judge(name: string, ...spans: readonly (readonly [number, number])[]): readonly string[] {
  const scenario = SCENARIOS.find((found) => found.name === name);
  if (!scenario) throw new Error(`There is no scenario ${name}`);
  return shortfalls(toRow(scenario, { contender: 'ours', truth: seenTwice(), note: '' }, record(...spans)));
}

describe('the bench', () => {
  it('accepts a correct record', () => {
    expect(judge('hidden', [0, 20], [30, 50])).toEqual([]);
  });

  it('rejects an end that is half a second off, and after a kill one that is more than a tick off', () => {
    expect(judge('hidden', [0, 20], [30, 49.6])).toEqual([]);
    expect(judge('hidden', [0, 20], [30, 49.4])).toContainEqual(expect.stringMatching(/^end off by -600 ms/));
    expect(judge('killed', [0, 20], [30, 49.6])).toContainEqual(expect.stringMatching(/^end off by -400 ms/));
  });

  it('rejects a reading time that is too short, and names the page', () => {
    const found = judge('hidden', [0, 18], [30, 50]);
    expect(found).toContainEqual(expect.stringMatching(/^reading time off by -2000 ms/));
    expect(found).toContainEqual(expect.stringMatching(/^a page's own time/));
  });

  it('rejects a span in which the page was hidden, even if the sums are right', () => {
    expect(judge('hidden', [0, 20.3], [30.3, 50])).toEqual([
      expect.stringMatching(/^time unseen in a span off by 300/),
    ]);
  });
});

describe('the true reading time', () => {
  it('is active until the idle time after the last input', () => {
    const truth = new Truth(IDLE_AFTER_MS);
    const tab = {};
    truth.show(tab, PAGE, moment(0));
    truth.input(tab, at(60));
    truth.hide(tab, moment(62));
    expect(measure(truth.active())).toBe(17_000);
  });

  it('counts two tabs once, and each page separately', () => {
    const truth = new Truth(IDLE_AFTER_MS);
    for (const [page, from] of [
      [PAGE, 0],
      ['/ours/read/two/', 5],
    ] as const) {
      const tab = {};
      truth.show(tab, page, moment(from));
      truth.hide(tab, moment(from + 10));
    }
    expect(measure(truth.active())).toBe(15_000);
    expect(measure(truth.active().filter(({ page }) => page === PAGE))).toBe(10_000);
  });

  it('is correct for intervals that touch, overlap or are separate', () => {
    const intervals = [
      { startMs: 0, endMs: 10 },
      { startMs: 10, endMs: 20 },
      { startMs: 5, endMs: 12 },
      { startMs: 30, endMs: 40 },
    ];
    expect(measure(intervals)).toBe(30);
    expect(uncovered({ startMs: 15, endMs: 35 }, intervals)).toBe(10);
    expect(uncovered({ startMs: 50, endMs: 60 }, intervals)).toBe(10);
  });
});
