// The picture of a session: rows, bars, moves, gaps, tunnels and times.
import { describe, expect, it } from 'vitest';
import type { GraphSpan } from '../../../../client/ui/graph-bars.ts';
import { layOut } from '../../../../client/ui/train-graph.ts';

const START = Date.parse('2026-11-24T08:00:30Z');
const MINUTE = 60_000;

/** From and to in minutes after {@link START}. */
function span(page: string, from: number, to: number, change: Partial<GraphSpan> = {}): GraphSpan {
  return { page, fromMs: START + from * MINUTE, toMs: START + to * MINUTE, look: 'online', end: 'goodbye', ...change };
}

/** Read offline, and arrived in that minute. */
function offline(page: string, from: number, to: number, arrived?: number): GraphSpan {
  const arrivedMs = arrived === undefined ? undefined : START + arrived * MINUTE;
  return span(page, from, to, { look: 'offline', arrivedMs });
}

/** In minutes after {@link START}. */
const minutes = (ms: number): number => (ms - START) / MINUTE;

describe('a visit', () => {
  it('has a row for each page, in the order in which they were first read, and a line from bar to bar', () => {
    const [visit] = layOut([span('/b/', 0, 2), span('/a/', 2, 3), span('/b/', 5, 6)]);
    expect(visit?.rows).toEqual(['/b/', '/a/']);
    expect(visit?.bars.map(({ row, fromMs, toMs }) => [row, minutes(fromMs), minutes(toMs)])).toEqual([
      [0, 0, 2],
      [1, 2, 3],
      [0, 5, 6],
    ]);
    expect(
      visit?.moves.map(({ fromRow, toRow, fromMs, toMs }) => [fromRow, toRow, minutes(fromMs), minutes(toMs)]),
    ).toEqual([
      [0, 1, 2, 2],
      [1, 0, 3, 5],
    ]);
  });

  it('has no line between two tabs that were read side by side', () => {
    const [visit] = layOut([span('/a/', 0, 4), span('/b/', 2, 3)]);
    expect(visit?.moves).toEqual([]);
  });

  it('names its gaps by how the reading before them ended, and has none where another tab was read', () => {
    const [visit] = layOut([
      span('/a/', 0, 4),
      span('/b/', 1, 2, { end: 'tick' }),
      span('/b/', 6, 7, { end: 'tick' }),
      span('/a/', 9, 10),
      // Turning to another page.
      span('/b/', 10.05, 11),
    ]);
    expect(visit?.gaps.map(({ name, fromMs, toMs }) => [name, minutes(fromMs), minutes(toMs)])).toEqual([
      ['away', 4, 6],
      ['no sign', 7, 9],
    ]);
  });

  it('begins anew after more than half an hour', () => {
    const visits = layOut([span('/a/', 0, 1), span('/a/', 31, 32), span('/b/', 62.1, 63)]);
    expect(visits.map(({ fromMs, toMs, rows }) => [minutes(fromMs), minutes(toMs), rows])).toEqual([
      [0, 32, ['/a/']],
      [62.1, 63, ['/b/']],
    ]);
  });

  it.for([
    [3, ['08:01', '08:02', '08:03']],
    [12, ['08:02', '08:04', '08:06', '08:08', '08:10', '08:12']],
    [200, ['08:30', '09:00', '09:30', '10:00', '10:30', '11:00']],
  ] as const)('of %d minutes has round times', ([length, times]) => {
    const [visit] = layOut(
      Array.from({ length: Math.ceil(length / 20) }, (_, nth) =>
        span('/a/', nth * 20, Math.min(length, nth * 20 + 20)),
      ),
    );
    expect(visit?.ticks.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(times);
  });

  it('shows a dozen rows at most, of which the last stands for all other pages', () => {
    const [visit] = layOut(Array.from({ length: 30 }, (_, nth) => span(`/${nth}/`, nth, nth + 1)));
    expect([visit?.rows.length, visit?.otherPages]).toEqual([11, 19]);
    expect(visit?.bars.at(-1)?.row).toBe(11);
  });

  it('of thousands of spans has as many bars as can be told apart', () => {
    const spans = Array.from({ length: 10_000 }, (_, nth) =>
      span('/a/', nth / 100, (nth + 0.9) / 100, { end: nth === 9_999 ? 'tick' : 'goodbye' }),
    );
    const [visit] = layOut(spans);
    expect(visit?.bars.length).toBeLessThanOrEqual(200);
    expect(minutes(visit?.bars.at(-1)?.toMs ?? 0)).toBeCloseTo(99.999);
    expect(visit?.bars.at(-1)?.end).toBe('tick');
  });

  it('of hundreds of spans on several pages has as many bars as can be told apart', () => {
    const spans = Array.from({ length: 900 }, (_, nth) => span(`/${nth % 3}/`, nth, nth + 0.5));
    const [visit] = layOut(spans);
    expect(visit?.bars.length).toBeLessThanOrEqual(200);
    expect(new Set(visit?.bars.map(({ row }) => row))).toEqual(new Set([0, 1, 2]));
    expect(visit?.bars.reduce((until, { toMs }) => Math.max(until, toMs), 0)).toBe(spans.at(-1)?.toMs);
  });

  it('can be a moment', () => {
    const [visit] = layOut([span('/a/', 0, 0)]);
    expect(visit && visit.toMs > visit.fromMs).toBe(true);
  });
});

describe('a tunnel', () => {
  const tunnelsOf = (...spans: readonly GraphSpan[]): unknown =>
    layOut(spans)[0]?.tunnels.map(({ fromMs, toMs, arrivedMs, outMs, isOpen }) => [
      minutes(fromMs),
      minutes(toMs),
      arrivedMs === undefined ? undefined : minutes(arrivedMs),
      minutes(outMs),
      isOpen,
    ]);

  it('leads from the first reading offline to its arrival, however many pages that was', () => {
    const read = [span('/a/', 0, 1), offline('/a/', 1, 3, 6), offline('/b/', 3, 4, 6), span('/a/', 6.5, 20)];
    expect(tunnelsOf(...read)).toEqual([[1, 4, 6, 6, false]]);
  });

  it('ends where something was read online, though the rest arrived later', () => {
    expect(tunnelsOf(offline('/a/', 0, 3, 9), span('/a/', 5, 20))).toEqual([[0, 3, 9, 5, false]]);
  });

  it('is followed by another one, if its reading had arrived before that began', () => {
    const read = [offline('/a/', 0, 3, 5), offline('/a/', 6, 8, 9), span('/a/', 10, 20)];
    expect(tunnelsOf(...read)).toEqual([
      [0, 3, 5, 5, false],
      [6, 8, 9, 9, false],
    ]);
  });

  it('prolongs the axis where it ended soon after the visit', () => {
    const [visit] = layOut([span('/a/', 0, 10), offline('/a/', 10, 20, 22)]);
    expect([visit?.toMs, visit?.untilMs].map((ms) => minutes(ms ?? 0))).toEqual([20, 22]);
  });

  it('leads beyond the axis where its reading arrived long after the visit', () => {
    expect(tunnelsOf(span('/a/', 0, 10), offline('/a/', 10, 20, 200))).toEqual([[10, 20, 200, 20, true]]);
  });

  it('ends with its reading where its arrival is not known', () => {
    expect(tunnelsOf(offline('/a/', 0, 3), span('/a/', 5, 20))).toEqual([[0, 3, undefined, 3, false]]);
  });
});

it('nothing read is no visit', () => {
  expect(layOut([])).toEqual([]);
});
