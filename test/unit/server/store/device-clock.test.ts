// How far the server's clock is ahead of a device's, as deliveries tell it.
import { describe, expect, it } from 'vitest';
import { findOffset, observeClock, workOutOffset, type DeviceClock } from '../../../../server/store/device-clock.ts';

const YEAR = 365 * 86_400_000;

/** Deliveries in their order: the device's clock is `behindMs` behind, and each takes so long on the way. */
function clockAfter(...deliveries: readonly { behindMs: number; transitMs: number }[]): DeviceClock {
  return deliveries.reduce<DeviceClock>((clock, { behindMs, transitMs }) => observeClock(clock, behindMs + transitMs), {
    offsetMs: null,
    formerOffsetMs: null,
  });
}

function offsetAfter(...deliveries: readonly { behindMs: number; transitMs: number }[]): number | null {
  return clockAfter(...deliveries).offsetMs;
}

describe('the clock offset', () => {
  it.for([0, 3_600_000, -3_600_000, 10 * YEAR, -10 * YEAR])(
    'of a device %d ms behind is that, in one delivery',
    (behindMs) => {
      expect(offsetAfter({ behindMs, transitMs: 0 })).toBe(behindMs);
    },
  );

  it('is not changed by a delivery with 20 s in transit', () => {
    expect(offsetAfter({ behindMs: 500, transitMs: 30 }, { behindMs: 500, transitMs: 20_000 })).toBe(530);
  });

  it('improves with a faster delivery', () => {
    expect(offsetAfter({ behindMs: 500, transitMs: 20_000 }, { behindMs: 500, transitMs: 30 })).toBe(530);
  });

  it('follows a clock that was set, forward or back', () => {
    expect(offsetAfter({ behindMs: 0, transitMs: 30 }, { behindMs: -3_600_000, transitMs: 30 })).toBe(-3_599_970);
    expect(offsetAfter({ behindMs: 0, transitMs: 30 }, { behindMs: 3_600_000, transitMs: 30 })).toBe(3_600_030);
  });
});

describe('the time in transit', () => {
  it('can be 30 s; a larger difference shows that the clock was set', () => {
    const after = (ms: number): DeviceClock => observeClock({ offsetMs: 500, formerOffsetMs: null }, 500 + ms);
    expect(after(30_000)).toEqual({ offsetMs: 500, formerOffsetMs: null });
    expect(after(30_001)).toEqual({ offsetMs: 30_501, formerOffsetMs: 500 });
    expect(after(-30_000)).toEqual({ offsetMs: -29_500, formerOffsetMs: null });
    expect(after(-30_001)).toEqual({ offsetMs: -29_501, formerOffsetMs: 500 });
  });

  it('says nothing about a clock that is wrong all the time', () => {
    const clock = clockAfter({ behindMs: YEAR, transitMs: 30 }, { behindMs: YEAR, transitMs: 90 });
    expect(clock).toEqual({ offsetMs: YEAR + 30, formerOffsetMs: null });
  });
});

describe('a span', () => {
  const window = { startMs: 10_000, endMs: 20_000 };
  const find = (startMs: number, endMs: number, formerOffsetMs: number | null = null): number | undefined =>
    findOffset({ offsetMs: 500, formerOffsetMs }, { startMs, endMs }, window);

  it('fits an offset that moves it into the window, or a second beside it', () => {
    expect([find(8_500, 9_000), find(8_499, 9_000)]).toEqual([500, undefined]);
    expect([find(19_000, 20_500), find(19_000, 20_501)]).toEqual([500, undefined]);
  });

  it('that fits without an offset fits none that is not known', () => {
    expect(findOffset({ offsetMs: 50_000, formerOffsetMs: null }, { startMs: 12_000, endMs: 13_000 }, window)).toBe(
      undefined,
    );
    expect(find(-30_000, -29_000, 45_000)).toBe(45_000);
  });

  it('that fits none is moved from where its clock puts it, as little as possible', () => {
    const spans = [
      { startMs: -3_000, endMs: -2_000 },
      { startMs: -1_000, endMs: 0 },
    ];
    // From -2,000 to 10,000, and from 22,000 to 20,000.
    expect(workOutOffset(1_000, spans, window)).toBe(13_000);
    expect(workOutOffset(22_000, spans, window)).toBe(20_000);
    expect(workOutOffset(14_000, spans, window)).toBe(14_000);
  });
});

describe('a clock that was set', () => {
  const HOUR = 3_600_000;
  const window = { startMs: 0, endMs: HOUR };

  it('is still known, so that earlier spans are placed correctly', () => {
    const clock = clockAfter({ behindMs: -2 * HOUR, transitMs: 30 }, { behindMs: 0, transitMs: 30 });
    expect(clock).toEqual({ offsetMs: 30, formerOffsetMs: -2 * HOUR + 30 });
    expect(findOffset(clock, { startMs: 2 * HOUR + 1_000, endMs: 2 * HOUR + 9_000 }, window)).toBe(-2 * HOUR + 30);
    expect(findOffset(clock, { startMs: 1_000, endMs: 9_000 }, window)).toBe(30);
  });

  it.for([
    ['behind', -5 * HOUR],
    ['ahead', 5 * HOUR],
  ] as const)('%s, and never known as it was, moves all spans together: lengths and gaps stay', ([, error]) => {
    const spans = [
      { startMs: error + 1_000, endMs: error + 4_000 },
      { startMs: error + 10_000, endMs: error + 30_000 },
    ];
    const clock = clockAfter({ behindMs: 0, transitMs: 0 });
    for (const span of spans) expect(findOffset(clock, span, window)).toBeUndefined();
    const offsetMs = workOutOffset(0, spans, window);
    const placed = spans.map(({ startMs, endMs }) => [startMs + offsetMs, endMs + offsetMs]);
    expect(placed).toEqual(
      error < 0
        ? [
            [0, 3_000],
            [9_000, 29_000],
          ]
        : [
            [HOUR - 29_000, HOUR - 26_000],
            [HOUR - 20_000, HOUR],
          ],
    );
  });
});
