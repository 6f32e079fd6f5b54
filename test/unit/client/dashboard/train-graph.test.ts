// The picture of a session: rows, bars, moves, tunnels and times.
import { describe, expect, it } from 'vitest';
import { layOut } from '../../../../client/dashboard/train-graph.ts';
import type { SpanView } from '../../../../sw/protocol/owner-api.ts';

const START = Date.parse('2026-11-24T08:00:30Z');
const MINUTE = 60_000;

/** From and to in minutes after {@link START}. */
function span(page: string, from: number, to: number, replayed = false): SpanView {
  const at = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();
  return { id: `${page}${from}`, page, start: at(from), end: at(to), late: false, closed: true, replayed };
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

  it('has a tunnel around what was read offline, however many pages that was', () => {
    const [visit] = layOut([
      span('/a/', 0, 1),
      span('/a/', 1, 3, true),
      span('/b/', 3, 4, true),
      span('/a/', 6, 7),
      span('/a/', 8, 9, true),
    ]);
    expect(visit?.tunnels.map(({ fromMs, toMs }) => [minutes(fromMs), minutes(toMs)])).toEqual([
      [1, 4],
      [8, 9],
    ]);
    expect(visit?.bars.map(({ isOffline }) => isOffline)).toEqual([false, true, true, false, true]);
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
    const spans = Array.from({ length: 10_000 }, (_, nth) => span('/a/', nth / 100, (nth + 0.9) / 100));
    const [visit] = layOut(spans);
    expect(visit?.bars.length).toBeLessThanOrEqual(1_000);
    expect(minutes(visit?.bars.at(-1)?.toMs ?? 0)).toBeCloseTo(99.999);
  });

  it('can be a moment', () => {
    const [visit] = layOut([span('/a/', 0, 0)]);
    expect(visit && visit.toMs > visit.fromMs).toBe(true);
  });
});

it('nothing read is no visit', () => {
  expect(layOut([])).toEqual([]);
});
