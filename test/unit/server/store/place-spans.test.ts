// Where spans are put whose clock was set before they were delivered: no length is lost, nothing is counted twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeSpans } from '../../../../server/store/place-spans.ts';
import { unionMs, type Interval } from '../../../../server/store/reading-time.ts';

const HOUR = 3_600_000;
const window = { startMs: 0, endMs: HOUR };
const span = (startMs: number, endMs: number): Interval => ({ startMs, endMs });

function place(spans: readonly Interval[], taken: readonly Interval[] = []): readonly (readonly [number, number])[] {
  const offsets = placeSpans(spans, 0, window, taken);
  return spans.map((one) => [one.startMs + (offsets.get(one) ?? NaN), one.endMs + (offsets.get(one) ?? NaN)]);
}

describe('spans that no known clock explains', () => {
  it('are moved together, as little as possible, if that time is free', () => {
    const spans = [span(9 * HOUR, 9 * HOUR + 2_000), span(9 * HOUR + 5_000, 9 * HOUR + 6_000)];
    expect(place(spans)).toEqual([
      [HOUR - 6_000, HOUR - 4_000],
      [HOUR - 1_000, HOUR],
    ]);
  });

  it('are put into the first gap that holds all of them, if there is other reading', () => {
    const spans = [span(-HOUR, 2_000 - HOUR), span(5_000 - HOUR, 6_000 - HOUR)];
    expect(place(spans, [span(1_000, 3_000), span(7_000, 8_000)])).toEqual([
      [8_000, 10_000],
      [13_000, 14_000],
    ]);
  });

  it('fill free time one by one if no gap holds all of them', () => {
    const spans = [span(-HOUR, 2_000 - HOUR), span(50_000 - HOUR, 51_000 - HOUR)];
    expect(place(spans, [span(0, 10_000), span(12_500, 30_000), span(31_000, HOUR)])).toEqual([
      [10_000, 12_000],
      [30_000, 31_000],
    ]);
  });

  it('of two wrong clocks do not overlap each other', () => {
    const spans = [span(9 * HOUR, 9 * HOUR + 2_000), span(30 * HOUR, 30 * HOUR + 3_000)];
    expect(place(spans)).toEqual([
      [HOUR - 2_000, HOUR],
      [0, 3_000],
    ]);
  });

  it('of a hundred clocks keep their lengths, too', () => {
    const spans = Array.from({ length: 100 }, (_, nth) => span(nth * 50 * HOUR, nth * 50 * HOUR + 1_000));
    const placed = place(spans).map(([startMs, endMs]) => span(startMs, endMs));
    expect(unionMs(placed)).toBe(100_000);
  });

  it('stay where they are nearest if that is free, whatever was read before', () => {
    const spans = [span(9 * HOUR, 9 * HOUR + 2_000), span(9 * HOUR + 5_000, 9 * HOUR + 6_000)];
    const placed = [
      [HOUR - 6_000, HOUR - 4_000],
      [HOUR - 1_000, HOUR],
    ];
    expect(place(spans, [span(1_000, 3_000)])).toEqual(placed);
    // It is just free.
    expect(place(spans, [span(600_000, HOUR - 6_000)])).toEqual(placed);
  });

  it('are put into a gap that just holds them', () => {
    const spans = [span(-HOUR, 2_000 - HOUR), span(5_000 - HOUR, 6_000 - HOUR)];
    expect(place(spans, [span(0, 1_000), span(7_000, 8_000)])).toEqual([
      [1_000, 3_000],
      [6_000, 7_000],
    ]);
  });

  it('that together are as long as the session can come from one clock', () => {
    const spans = [span(9 * HOUR, 9 * HOUR + 1_000), span(10 * HOUR - 1_000, 10 * HOUR)];
    expect(place(spans)).toEqual([
      [0, 1_000],
      [HOUR - 1_000, HOUR],
    ]);
  });

  it('come from one clock only within the length of the session, whenever that began', () => {
    const began = { startMs: 5_000 * HOUR, endMs: 5_001 * HOUR };
    const spans = [span(6_009 * HOUR, 6_009 * HOUR + 2_000), span(6_030 * HOUR, 6_030 * HOUR + 3_000)];
    const offsets = placeSpans(spans, 0, began, []);
    expect(spans.map((one) => one.startMs + (offsets.get(one) ?? NaN) - began.startMs)).toEqual([HOUR - 2_000, 0]);
  });

  it('keep their place where there is no room at all', () => {
    const spans = [span(-HOUR, 2_000 - HOUR)];
    expect(place(spans, [span(0, HOUR)])).toEqual([[0, 2_000]]);
  });

  it.for([
    ['overlap', [0, 4_000], [2_000, 6_000]],
    ['touch', [0, 2_000], [2_000, 6_000]],
    ['lie in each other, and overlap again', [0, 4_000], [1_000, 2_000], [3_500, 6_000]],
  ] as const)('that %s stay together where free time is filled one by one', ([, ...parts]) => {
    const tabs = parts.map(([from, to]) => span(from - HOUR, to - HOUR));
    const far = span(50_000 - HOUR, 51_000 - HOUR);
    const taken = [span(0, 10_000), span(15_000, 30_000), span(37_000, HOUR)];
    expect(place([...tabs, far], taken)).toEqual([
      ...parts.map(([from, to]) => [30_000 + from, 30_000 + to]),
      [36_000, 37_000],
    ]);
  });

  it('of two tabs keep overlapping, wherever they are put', () => {
    const spans = [span(-HOUR, 4_000 - HOUR), span(2_000 - HOUR, 6_000 - HOUR)];
    expect(place(spans, [span(0, 1_000)])).toEqual([
      [1_000, 5_000],
      [3_000, 7_000],
    ]);
  });

  it('keep their total length, whatever the clocks, if there is room', () => {
    const clocks = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 4 });
    const reading = fc.array(fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 9_000 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(clocks, reading, (hours, lengths) => {
        let at = 0;
        const spans = lengths.map(([pause, length], nth) => {
          const wrong = ((hours[Math.floor((nth * hours.length) / lengths.length)] ?? 0) + 100) * HOUR;
          const one = span(at + pause + 1 + wrong, at + pause + 1 + length + wrong);
          at += pause + 1 + length;
          return one;
        });
        const placed = place(spans).map(([startMs, endMs]) => span(startMs, endMs));
        expect(unionMs(placed)).toBe(unionMs(spans));
        for (const { startMs, endMs } of placed) expect(startMs >= 0 && endMs <= HOUR).toBe(true);
      }),
    );
  });
});
