// How far the server's clock is ahead of a device's, as deliveries tell it.
import { describe, expect, it } from 'vitest';
import { clockOffset } from '../../server/heartbeat/device-clock.ts';

const YEAR = 365 * 86_400_000;

/** Deliveries in their order: the device's clock is `behindMs` behind, and each takes so long on the way. */
function offsetAfter(...deliveries: readonly { behindMs: number; transitMs: number }[]): number | null {
  return deliveries.reduce<number | null>(
    (known, { behindMs, transitMs }) => clockOffset(known, behindMs + transitMs),
    null,
  );
}

describe('the clock offset', () => {
  it.for([0, 3_600_000, -3_600_000, 10 * YEAR, -10 * YEAR])(
    'of a device %d ms behind is that, in one delivery',
    (behindMs) => {
      expect(offsetAfter({ behindMs, transitMs: 0 })).toBe(behindMs);
    },
  );

  it('is not moved by a delivery that was under way for 20 s', () => {
    expect(offsetAfter({ behindMs: 500, transitMs: 30 }, { behindMs: 500, transitMs: 20_000 })).toBe(530);
  });

  it('gets better with a faster delivery', () => {
    expect(offsetAfter({ behindMs: 500, transitMs: 20_000 }, { behindMs: 500, transitMs: 30 })).toBe(530);
  });

  it('follows a clock that was set, forward or back', () => {
    expect(offsetAfter({ behindMs: 0, transitMs: 30 }, { behindMs: -3_600_000, transitMs: 30 })).toBe(-3_599_970);
    expect(offsetAfter({ behindMs: 0, transitMs: 30 }, { behindMs: 3_600_000, transitMs: 30 })).toBe(3_600_030);
  });
});
