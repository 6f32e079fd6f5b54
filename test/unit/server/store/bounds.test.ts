// A span lies within its session, and not in the future.
import { describe, expect, it } from 'vitest';
import { boundSpan, windowOf } from '../../../../server/store/bounds.ts';

const START = 1_000_000;
const NOW = START + 600_000;
const window = { startMs: START, endMs: NOW };

/** Relative to the start of the session. */
function bound(startMs: number, endMs: number, receivedMs = NOW): readonly unknown[] {
  const span = boundSpan({ startMs: START + startMs, endMs: START + endMs }, window, receivedMs);
  return [span.startMs - START, span.endMs - START, span.isClamped];
}

describe('the window', () => {
  it('goes from the start of the session to the receipt, and is empty if the clock was set back', () => {
    expect(windowOf(START, NOW)).toEqual(window);
    expect(windowOf(START, START - 5)).toEqual({ startMs: START, endMs: START });
  });
});

describe('a span', () => {
  it('in the window stays as it is, up to both borders', () => {
    expect(bound(0, 600_000)).toEqual([0, 600_000, false]);
    expect(bound(7, 8)).toEqual([7, 8, false]);
  });

  it('that begins before the session or ends in the future is moved as a whole', () => {
    expect(bound(-400, 100)).toEqual([0, 500, false]);
    expect(bound(599_900, 600_300)).toEqual([599_600, 600_000, false]);
  });

  it('is marked if it was moved or cut by more than a second', () => {
    expect([bound(-1_000, 5_000), bound(-1_001, 5_000)]).toEqual([
      [0, 6_000, false],
      [0, 6_001, true],
    ]);
    expect([bound(500_000, 601_000), bound(500_000, 601_001)]).toEqual([
      [499_000, 600_000, false],
      [498_999, 600_000, true],
    ]);
    // Cut at one end only.
    expect([bound(0, 601_000), bound(0, 601_001)]).toEqual([
      [0, 600_000, false],
      [0, 600_000, true],
    ]);
    expect(bound(-1_001, 600_000)).toEqual([0, 600_000, true]);
  });

  it('that is longer than the session is cut at both ends', () => {
    expect(bound(-9_000, 700_000)).toEqual([0, 600_000, true]);
  });

  it('is late if it came more than a minute after its end', () => {
    const isLate = (endMs: number): boolean => boundSpan({ startMs: START, endMs: START + endMs }, window, NOW).isLate;
    expect([isLate(540_000), isLate(539_999)]).toEqual([false, true]);
  });
});
