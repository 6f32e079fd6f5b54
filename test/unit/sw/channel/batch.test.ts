// What the next request carries, whatever the ones before came to.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learn, nextSpans, setOut } from '../../../../sw/channel/batch.ts';
import { MAX_DELIVERY_BYTES, type Span } from '../../../../sw/protocol/delivery.ts';
import type { Sent } from '../../../../sw/channel/read-response.ts';

const FAILED: Sent = { type: 'failed', error: 'HTTP 500', isAnswer: true };

function makeSpans(count: number, page = '/a/'): Span[] {
  return Array.from({ length: count }, (_, nth) => ({ id: `s${nth}`, session: 'ann', page, start: nth, end: nth }));
}

function acknowledge(spans: readonly Span[]): Sent {
  return {
    type: 'receipt',
    receipt: { success: true, stored: spans.map(({ id }) => id), refused: [], now: 0 },
  };
}

/** One delivery, until nothing is left to ask or it is over. Says what was asked, request by request. */
function deliverAll(queued: Span[], failures: number, answer: (spans: readonly Span[]) => Sent): string[][] {
  const asked: string[][] = [];
  let course = setOut(failures, queued.length);
  for (;;) {
    const spans = nextSpans(course, queued);
    if (spans.length === 0) return asked;
    asked.push(spans.map(({ id }) => id));
    if (asked.length > 10_000) throw new Error('It goes on for ever');
    const lesson = learn(course, spans, answer(spans));
    course = lesson.course;
    const gone = new Set([...(lesson.word?.stored ?? []), ...(lesson.word?.refused ?? []).map(({ id }) => id)]);
    for (let nth = queued.length - 1; nth >= 0; nth--) if (gone.has(queued[nth]?.id ?? '')) queued.splice(nth, 1);
    if (lesson.isOver) return asked;
  }
}

describe('the first request', () => {
  it('carries all that fits; from the third failure on half as many with each, and one at least', () => {
    const sizes = [0, 1, 2, 3, 4, 9, 10, 1_800].map((failures) => {
      const queued = makeSpans(200);
      return nextSpans(setOut(failures, queued.length), queued).length;
    });
    expect(sizes).toEqual([200, 200, 200, 100, 50, 2, 1, 1]);
  });

  it('has 48 KiB at most, but one span always', () => {
    const fits = (page: string): number => {
      const spans = nextSpans(setOut(0, 200), makeSpans(200, page));
      if (spans.length > 1) expect(JSON.stringify(spans).length).toBeLessThanOrEqual(MAX_DELIVERY_BYTES);
      return spans.length;
    };
    expect(fits(`/${'x'.repeat(1_900)}`)).toBe(25);
    expect(fits(`/${'x'.repeat(90_000)}`)).toBe(1);
  });
});

describe('the next request', () => {
  it('is twice as large after each success, and half as large where the body was at fault', () => {
    expect(deliverAll(makeSpans(200), 6, acknowledge).map((ids) => ids.length)).toEqual([13, 25, 50, 100, 12]);
    const tooLarge = (spans: readonly Span[]): Sent =>
      spans.length > 30 ? { type: 'unfit', error: 'HTTP 413', isOurs: true } : acknowledge(spans);
    expect(
      deliverAll(makeSpans(200), 0, tooLarge)
        .map((ids) => ids.length)
        .slice(0, 5),
    ).toEqual([200, 100, 50, 25, 50]);
  });

  it('does not ask again about what was answered, stored or not', () => {
    const silent: Sent = { type: 'receipt', receipt: { success: true, stored: [], refused: [], now: 0 } };
    expect(deliverAll(makeSpans(3), 0, () => silent)).toEqual([['s0', 's1', 's2']]);
  });

  it('is none where nobody answers, or the server wants no more', () => {
    for (const sent of [
      { type: 'failed', error: 'Failed to fetch' },
      { type: 'failed', error: 'HTTP 503', isAnswer: false, retryAfterMs: 1_000 },
    ] as const)
      expect(deliverAll(makeSpans(3), 0, () => sent)).toHaveLength(1);
  });
});

describe('spans that no request with them gets through', () => {
  const poisoned = fc.uniqueArray(fc.nat(49), { maxLength: 3 });
  const trouble = fc.constantFrom<Sent>(FAILED, { type: 'unfit', error: 'HTTP 400', isOurs: false });

  it('hold up no other: with a few deliveries all others are stored, and none of them is refused', () => {
    fc.assert(
      fc.property(poisoned, trouble, (which, sent) => {
        const bad = new Set(which.map((nth) => `s${nth}`));
        const queued = makeSpans(50);
        const answer = (spans: readonly Span[]): Sent =>
          spans.some(({ id }) => bad.has(id)) ? sent : acknowledge(spans);
        let requests = 0;
        for (let failures = 0; failures < 24; failures++) requests += deliverAll(queued, failures, answer).length;
        // One is passed over in a delivery, so of several bad ones in a row the second ends it.
        if (bad.size < 2) expect(queued.map(({ id }) => id)).toEqual([...bad]);
        expect(queued.filter(({ id }) => bad.has(id))).toHaveLength(bad.size);
        expect(requests).toBeLessThan(24 * 12);
      }),
    );
  });

  it('are refused by ourselves only where our own server says that it cannot read them, each alone', () => {
    const sent: Sent = { type: 'unfit', error: 'HTTP 400', isOurs: true };
    fc.assert(
      fc.property(poisoned, (which) => {
        const bad = new Set(which.map((nth) => `s${nth}`));
        const queued = makeSpans(50);
        const asked = deliverAll(queued, 0, (spans) =>
          spans.some(({ id }) => bad.has(id)) ? sent : acknowledge(spans),
        );
        expect(queued).toEqual([]);
        for (const id of bad) expect(asked).toContainEqual([id]);
      }),
    );
  });
});
