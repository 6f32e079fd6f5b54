// How often a page says "still here" over the network.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beatDueAt, chooseAction } from '../../../client/beat-schedule.ts';
import { notReading, type ReadingEvent } from '../../../client/reading.ts';
import type { Trigger } from '../../../sw/protocol/messages.ts';

const DEFAULTS = { interval: 180_000, tick: 5_000, adaptive: true };
const MINUTE = 60_000;

/** When beats go out in three hours of ticks, in minutes; the first one at once. `activeAt` tells the last activity. */
function beats(settings: typeof DEFAULTS, activeAt: (now: number) => number): number[] {
  const at = [0];
  for (let now = 0; now <= 180 * MINUTE; now += settings.tick) {
    const last = at.at(-1) ?? 0;
    if (now > 0 && now >= beatDueAt(last, activeAt(last), settings)) at.push(now);
  }
  return at;
}

const gaps = (at: readonly number[]): number[] => at.slice(1).map((ms, nth) => (ms - (at[nth] ?? 0)) / MINUTE);

/** When beats go out in an hour of ticks, in seconds; the first one at once, as the page begins to be read. */
function beatsOfAnHour(tick: number, activeAt: (now: number) => number): number[] {
  const at = [0];
  for (let now = tick; now <= 60 * MINUTE; now += tick) {
    const last = at.at(-1) ?? 0;
    if (now >= beatDueAt(last, activeAt(last), { ...DEFAULTS, tick }, 0)) at.push(now);
  }
  return at.map((ms) => ms / 1_000);
}

describe('the first beats', () => {
  it('come 5, 15, 30 and 60 s after the beginning, then every interval', () => {
    expect(beatsOfAnHour(5_000, (now) => now).slice(0, 7)).toEqual([0, 5, 15, 30, 60, 240, 420]);
  });

  it('make an hour of reading no dearer than four requests more', () => {
    expect(beatsOfAnHour(5_000, (now) => now).length).toBeLessThanOrEqual(1 + 4 + 20);
    expect(beatsOfAnHour(5_000, () => 0).length).toBeLessThanOrEqual(1 + 4 + 8);
  });

  it('are sent with the ticks, if those are rarer', () => {
    expect(beatsOfAnHour(30_000, (now) => now).slice(0, 4)).toEqual([0, 30, 60, 240]);
  });
});

describe('beats', () => {
  it('are due every interval while the reader is active', () => {
    expect(new Set(gaps(beats(DEFAULTS, (now) => now)))).toEqual(new Set([3]));
  });

  it('slow down to four intervals minus a tick while the reader is inactive', () => {
    expect(gaps(beats(DEFAULTS, () => 0)).slice(0, 5)).toEqual([3, 3, 6, 12 - 1 / 12, 12 - 1 / 12]);
  });

  it('are due every interval if they are not adaptive', () => {
    expect(new Set(gaps(beats({ ...DEFAULTS, adaptive: false }, () => 0)))).toEqual(new Set([3]));
  });

  it('are frequent again as soon as the reader is active', () => {
    const slow = beatDueAt(60 * MINUTE, 0, DEFAULTS);
    expect(slow).toBeGreaterThan(70 * MINUTE);
    expect(beatDueAt(60 * MINUTE, 61 * MINUTE, DEFAULTS)).toBeLessThan(64 * MINUTE);
  });

  it('never come later than four intervals, whatever tick and interval are and whenever the reader does something', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 600_000 }),
        fc.integer({ min: 100, max: 600_000 }),
        fc.integer({ min: 0, max: 7_200_000 }),
        fc.boolean(),
        (interval, tick, activeUntil, adaptive) => {
          const settings = { interval, tick: Math.min(tick, interval), adaptive };
          const all = gaps(beats(settings, (now) => Math.min(now, activeUntil)));
          expect(Math.max(0, ...all) * MINUTE).toBeLessThanOrEqual(4 * interval + 0.001);
          expect(Math.min(interval, ...all.map((gap) => gap * MINUTE))).toBeGreaterThanOrEqual(
            interval - settings.tick,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what an event leads to', () => {
  it.for<[string, ReadingEvent, Trigger, Partial<Record<'isShown' | 'isTurn' | 'isDue', boolean>>, string | undefined]>(
    [
      ['the span of a shown page that grows', 'tick', 'beat', { isShown: true }, 'keep'],
      ['a tick when a beat is due', 'tick', 'beat', { isShown: true, isDue: true }, 'beat'],
      ['a span that begins or ends in a shown page', 'active', 'beat', { isShown: true, isTurn: true }, 'beat'],
      ['a sign of the reader that changes nothing', 'active', 'beat', { isShown: true }, undefined],
      ['a page that is shown', 'shown', 'visible', { isShown: true }, 'beat'],
      ['a retry', 'tick', 'retry', { isShown: true }, 'beat'],
      ['a page that is hidden while it is read', 'hidden', 'beat', { isTurn: true }, 'lastWords'],
      ['a page that leaves while it is read', 'left', 'beat', { isTurn: true, isDue: true }, 'lastWords'],
      ['a hidden page that nobody read', 'hidden', 'beat', {}, undefined],
      ['a hidden page in which something happens', 'tick', 'retry', { isDue: true }, undefined],
      ['a hidden page that is stopped', 'stopped', 'beat', {}, undefined],
      ['a heartbeat that is stopped while the page is read', 'stopped', 'beat', { isTurn: true }, 'beat'],
    ],
  )('%s: %s (%s, %o): %s', ([, event, trigger, { isShown = false, isTurn = false, isDue = false }, action]) => {
    const reading = { ...notReading({ wall: 0, monotonic: 0 }), isShown };
    expect(chooseAction(event, trigger, { reading, changed: [], isTurn }, isDue)).toBe(action);
  });
});
