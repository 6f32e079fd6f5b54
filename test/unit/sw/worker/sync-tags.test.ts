// Which tag of Background Sync is asked for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseTag, TAGS, type Tag, type WaitingTag } from '../../../../sw/worker/sync-tags.ts';

const MINUTE = 60_000;

/** Tags that have fired so often. */
function waiting(...attempts: number[]): WaitingTag[] {
  return attempts.map((fired, nth) => ({ tag: TAGS[nth] ?? TAGS[0], attempts: fired }));
}

describe('the tag to request', () => {
  it('is the first if none is pending', () => {
    expect(chooseTag([], true)).toBe('stillhere');
    expect(chooseTag([], false)).toBe('stillhere');
  });

  it('is none if one is pending for its first attempt', () => {
    for (const isOnline of [true, false]) {
      expect(chooseTag(waiting(0), isOnline)).toBeUndefined();
      expect(chooseTag(waiting(2, 0), isOnline)).toBeUndefined();
    }
  });

  it('is another one if the others fire only after more than five minutes', () => {
    expect(chooseTag(waiting(1), true)).toBeUndefined();
    expect(chooseTag(waiting(2), true)).toBe('stillhere-2');
    expect(chooseTag(waiting(2, 1), true)).toBeUndefined();
    expect(chooseTag(waiting(2, 2), true)).toBe('stillhere-3');
  });

  it('is another one offline while the others wait after a failure: it fires when the network returns', () => {
    expect(chooseTag(waiting(1), false)).toBe('stillhere-2');
  });

  it('is a tag that has become free, and there are never more than three', () => {
    expect(chooseTag(waiting(2, 2, 2).slice(1), true)).toBe('stillhere');
    expect(chooseTag(waiting(2, 2, 2), true)).toBeUndefined();
    expect(chooseTag(waiting(1, 1, 1), false)).toBeUndefined();
  });
});

describe('in a tunnel, with a page that requests repeatedly', () => {
  /** Chromium as measured, for so many beats; says when tags fired. */
  function play(beats: readonly { readonly afterMs: number; readonly isOnline: boolean }[]): number[] {
    const tags = new Map<Tag, { dueAt: number; attempts: number }>();
    const fired: number[] = [];
    let now = 0;
    for (const { afterMs, isOnline } of beats) {
      now += afterMs;
      for (const [tag, { dueAt, attempts }] of tags) {
        if (dueAt > now || !isOnline) continue;
        fired.push(now);
        if (attempts === 2) tags.delete(tag);
        else tags.set(tag, { attempts: attempts + 1, dueAt: now + (attempts === 0 ? 5 : 15) * MINUTE });
      }
      const known = [...tags].map(([tag, { attempts }]) => ({ tag, attempts }));
      const chosen = chooseTag(known, isOnline);
      if (!chosen) continue;
      expect(tags.has(chosen)).toBe(false);
      tags.set(chosen, { attempts: 0, dueAt: now });
    }
    return fired;
  }

  it('whenever the page is closed, the browser tries within five minutes', () => {
    const fired = play(Array.from({ length: 7_200 }, () => ({ afterMs: 1_000, isOnline: true })));
    const gaps = fired.slice(1).map((at, nth) => at - (fired[nth] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5 * MINUTE + 2_000);
  });

  it('however often it asks and the network flaps, tags fire nine times in 20 minutes at most', () => {
    const beat = fc.record({ afterMs: fc.integer({ min: 0, max: 4 * MINUTE }), isOnline: fc.boolean() });
    fc.assert(
      fc.property(fc.array(beat, { maxLength: 200 }), (beats) => {
        const fired = play(beats);
        const crowded = fired.find((at, nth) => (fired[nth + 9] ?? Infinity) - at < 20 * MINUTE);
        expect(crowded).toBeUndefined();
      }),
    );
  });
});
