// When a device may try again.
import { describe, expect, it } from 'vitest';
import { pauseAfter, waitMs, type Trigger } from '../../sw/backoff.ts';

const NOW = 1_000_000;
const FAILED = { type: 'failed' };
const ALL: readonly Trigger[] = ['start', 'beat', 'visible', 'left', 'online', 'sync'];

describe('the pause after a failure', () => {
  it('has full jitter under a ceiling that doubles from 2 s to 5 min', () => {
    const longest = (failures: number): number => pauseAfter(FAILED, failures, NOW, () => 1).until - NOW;
    expect([1, 2, 3, 7, 8, 9, 50].map(longest)).toEqual([2_000, 4_000, 8_000, 128_000, 256_000, 300_000, 300_000]);
    expect(pauseAfter(FAILED, 9, NOW, () => 0).until).toBe(NOW);
  });

  it('is what the server asks for, and never less, with up to 5 s of jitter', () => {
    const asked = (retryAfterMs: number, random: number): number =>
      pauseAfter({ ...FAILED, retryAfterMs }, 1, NOW, () => random).until - NOW;
    expect(asked(30_000, 0)).toBe(30_000);
    expect(asked(30_000, 1)).toBe(35_000);
  });

  it('is an hour at most, however long the server asks for', () => {
    expect(pauseAfter({ ...FAILED, retryAfterMs: 1e12 }, 1, NOW, () => 0).until - NOW).toBe(3_600_000);
  });
});

describe('what ends a pause early', () => {
  const allowed = (pause: ReturnType<typeof pauseAfter>): Trigger[] =>
    ALL.filter((trigger) => waitMs(pause, trigger, NOW + 1) === 0);

  it("its own backoff: signs of another network, and the browser's own sync", () => {
    expect(allowed(pauseAfter(FAILED, 9, NOW, () => 1))).toEqual(['start', 'visible', 'online', 'sync']);
  });

  it('a Retry-After: nothing', () => {
    expect(allowed(pauseAfter({ ...FAILED, retryAfterMs: 60_000 }, 1, NOW, () => 0))).toEqual([]);
  });

  it('a 401 or 403: the next page start', () => {
    expect(allowed(pauseAfter({ ...FAILED, isDenied: true }, 1, NOW, () => 0))).toEqual(['start']);
  });

  it('time', () => {
    const pause = pauseAfter(FAILED, 1, NOW, () => 1);
    expect(waitMs(pause, 'beat', NOW + 1_500)).toBe(500);
    expect(waitMs(pause, 'beat', NOW + 2_000)).toBe(0);
  });

  it('a clock that was set back, which must not block for hours', () => {
    expect(
      waitMs(
        pauseAfter({ ...FAILED, retryAfterMs: 60_000 }, 1, NOW, () => 0),
        'beat',
        NOW - 1,
      ),
    ).toBe(0);
  });
});
