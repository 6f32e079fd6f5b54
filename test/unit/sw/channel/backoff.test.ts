// When a device may try again.
import { describe, expect, it } from 'vitest';
import { type Failure, type Pause, pauseAfter, waitMs } from '../../../../sw/channel/backoff.ts';
import type { Trigger } from '../../../../sw/protocol/messages.ts';

const NOW = 1_000_000;
const ALL: readonly Trigger[] = ['start', 'beat', 'retry', 'visible', 'left', 'online', 'sync'];
const UNREACHED: Failure = { isNetworkError: true };

/** After so many failures in a row of the same kind. */
function pauseAfterMany(failure: Failure, failures: number, random: number, isOnline = true): Pause {
  let pause: Pause | undefined;
  for (let nth = 0; nth < failures; nth++) pause = pauseAfter(failure, pause, NOW, () => random, isOnline);
  if (!pause) throw new Error('Nothing has failed');
  return pause;
}

describe('the pause after a failure', () => {
  it('has full jitter under a ceiling that doubles from 2 s to 5 min', () => {
    const longest = (failures: number): number => pauseAfterMany({}, failures, 1).until - NOW;
    expect([1, 2, 3, 7, 8, 9, 50].map(longest)).toEqual([2_000, 4_000, 8_000, 128_000, 256_000, 300_000, 300_000]);
    expect(pauseAfterMany({}, 9, 0).until).toBe(NOW);
  });

  it('is one to two seconds without a connection, however long that lasts', () => {
    for (const failures of [1, 5, 500]) {
      expect(pauseAfterMany(UNREACHED, failures, 0)).toMatchObject({ cause: 'network', until: NOW + 1_000 });
      expect(pauseAfterMany(UNREACHED, failures, 1).until).toBeLessThan(NOW + 2_000);
    }
  });

  it('doubles after five consecutive answers from something else, and restarts when there is no connection at all', () => {
    const stranger: Failure = { isNetworkError: true, isAnswer: true };
    const ms = (failures: number): number => pauseAfterMany(stranger, failures, 0).until - NOW;
    expect([1, 5, 6, 7, 10, 13, 14, 50].map(ms)).toEqual([
      1_000, 1_000, 2_000, 4_000, 32_000, 256_000, 300_000, 300_000,
    ]);
    const long = pauseAfterMany(stranger, 50, 0);
    expect(waitMs(long, 'visible', NOW + 1)).toBe(0);
    const tunnel = pauseAfter(UNREACHED, long, NOW, () => 0, true);
    expect(tunnel.until - NOW).toBe(1_000);
    expect(pauseAfter(stranger, tunnel, NOW, () => 0, true).until - NOW).toBe(1_000);
  });

  it('doubles there, too, while the browser reports that it is offline', () => {
    expect(pauseAfterMany(UNREACHED, 9, 1, false)).toMatchObject({ cause: 'backoff', until: NOW + 300_000 });
  });

  it("after a server error doesn't count the network failures before, but a network failure counts all", () => {
    const tunnel = pauseAfterMany(UNREACHED, 50, 1);
    expect(tunnel.failures).toBe(50);
    const trouble = pauseAfter({}, tunnel, NOW, () => 1, true);
    expect(trouble).toMatchObject({ cause: 'backoff', failures: 1, until: NOW + 2_000 });
    expect(pauseAfter({}, trouble, NOW, () => 1, true)).toMatchObject({ failures: 2, until: NOW + 4_000 });
    expect(pauseAfter(UNREACHED, trouble, NOW, () => 1, true)).toMatchObject({ cause: 'network', failures: 2 });
  });

  it('is what the server requests, never less, with up to 5 s of jitter', () => {
    const asked = (retryAfterMs: number, random: number): number =>
      pauseAfterMany({ retryAfterMs }, 1, random).until - NOW;
    expect(asked(30_000, 0)).toBe(30_000);
    expect(asked(30_000, 1)).toBe(35_000);
  });

  it('is at most an hour, whatever the server requests', () => {
    expect(pauseAfterMany({ retryAfterMs: 1e12 }, 1, 0).until - NOW).toBe(3_600_000);
  });

  it('does not let a thousand devices that failed together return together', () => {
    for (const failure of [{}, UNREACHED, { retryAfterMs: 30_000 }]) {
      const untils = Array.from({ length: 1_000 }, () => pauseAfter(failure, undefined, NOW, Math.random, true).until);
      const perTenth = new Map<number, number>();
      for (const until of untils) {
        const tenth = Math.floor(until / 100);
        perTenth.set(tenth, (perTenth.get(tenth) ?? 0) + 1);
      }
      expect(Math.max(...perTenth.values())).toBeLessThan(250);
    }
  });
});

describe('what ends a pause early', () => {
  const allowed = (pause: Pause): Trigger[] => ALL.filter((trigger) => waitMs(pause, trigger, NOW + 1) === 0);

  it("the device's own pauses: signs of another network, and the browser's sync", () => {
    for (const failure of [{}, UNREACHED])
      expect(allowed(pauseAfterMany(failure, 9, 1))).toEqual(['start', 'visible', 'online', 'sync']);
  });

  it('a Retry-After: nothing', () => {
    expect(allowed(pauseAfterMany({ retryAfterMs: 60_000 }, 1, 0))).toEqual([]);
  });

  it('a 401 or 403: the next page start', () => {
    expect(allowed(pauseAfterMany({ isDenied: true }, 1, 0))).toEqual(['start']);
  });

  it('time', () => {
    const pause = pauseAfterMany({}, 1, 1);
    expect(waitMs(pause, 'beat', NOW + 1_500)).toBe(500);
    expect(waitMs(pause, 'beat', NOW + 2_000)).toBe(0);
  });

  it('a clock that was set back, which must not block for hours', () => {
    expect(waitMs(pauseAfterMany({ retryAfterMs: 60_000 }, 1, 0), 'beat', NOW - 1)).toBe(0);
  });
});
