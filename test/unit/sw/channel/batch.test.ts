// What the next request of a delivery contains, and how long the device pauses after it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pause } from '../../../../sw/channel/backoff.ts';
import { judge, nextBatch, startPlan, type Circumstances, type Plan } from '../../../../sw/channel/batch.ts';
import type { Span } from '../../../../sw/protocol/delivery.ts';
import { MAX_DELIVERY_BYTES } from '../../../../sw/protocol/limits.ts';
import type { DeliveryResult } from '../../../../sw/protocol/messages.ts';

const FAILED: DeliveryResult = { type: 'failed', error: 'HTTP 500', isAnswer: true };

function makeSpans(count: number, page = '/a/'): Span[] {
  return Array.from({ length: count }, (_, nth) => ({ id: `s${nth}`, session: 'ann', page, start: nth, end: nth }));
}

function acknowledge(spans: readonly Span[]): DeliveryResult {
  return {
    type: 'receipt',
    receipt: { success: true, stored: spans.map(({ id }) => id), refused: [], now: 0 },
  };
}

const AT: Circumstances = { sentAt: 900, now: 1_000, random: () => 0.5, isOnline: true };

/** A pause that is over, after so many failed deliveries. */
function pauseOf(failures: number): Pause | undefined {
  return failures > 0 ? { cause: 'backoff', failures, since: 0, until: 0 } : undefined;
}

function planAfter(failures: number): Plan {
  return startPlan(pauseOf(failures), 'start', 0, AT.now);
}

/** Plays one delivery to its end; the spans leave `queued` as decided. Returns the ids of each request. */
function deliverAll(queued: Span[], failures: number, answer: (spans: readonly Span[]) => DeliveryResult): string[][] {
  const asked: string[][] = [];
  let plan = planAfter(failures);
  while (plan.retryInMs === 0) {
    const batch = nextBatch(plan, queued);
    if (batch.spans.length === 0) return asked;
    asked.push(batch.spans.map(({ id }) => id));
    if (asked.length > 10_000) throw new Error('It goes on for ever');
    const verdict = judge(batch.plan, batch.spans, answer(batch.spans), AT);
    ({ plan } = verdict);
    const gone = new Set([...(verdict.settled?.stored ?? []), ...(verdict.settled?.refused ?? []).map(({ id }) => id)]);
    for (let nth = queued.length - 1; nth >= 0; nth--) if (gone.has(queued[nth]?.id ?? '')) queued.splice(nth, 1);
  }
  return asked;
}

describe('the first request', () => {
  it('contains as many spans as fit; from the third failure on half as many each time, at least one', () => {
    const sizes = [0, 1, 2, 3, 4, 9, 10, 1_800].map((failures) => {
      const queued = makeSpans(200);
      return nextBatch(planAfter(failures), queued).spans.length;
    });
    expect(sizes).toEqual([200, 200, 200, 100, 50, 2, 1, 1]);
  });

  it('has at most 48 KiB, but always one span', () => {
    const fits = (page: string): number => {
      const { spans } = nextBatch(planAfter(0), makeSpans(200, page));
      if (spans.length > 1) expect(JSON.stringify(spans).length).toBeLessThanOrEqual(MAX_DELIVERY_BYTES);
      return spans.length;
    };
    expect(fits(`/${'x'.repeat(1_900)}`)).toBe(25);
    expect(fits(`/${'x'.repeat(90_000)}`)).toBe(1);
    const [first, second] = makeSpans(2, '/');
    const free = MAX_DELIVERY_BYTES - JSON.stringify(first).length - JSON.stringify(second).length;
    for (const [more, count] of [
      [free, 2],
      [free + 1, 1],
    ] as const) {
      const queued = [...makeSpans(1, '/'), ...makeSpans(2, `/${'x'.repeat(more)}`).slice(1)];
      expect(nextBatch(planAfter(0), queued).spans).toHaveLength(count);
    }
  });
});

describe('the next request', () => {
  it('is twice as large after each success, and half as large if the body was rejected', () => {
    expect(deliverAll(makeSpans(200), 6, acknowledge).map((ids) => ids.length)).toEqual([13, 25, 50, 100, 12]);
    const tooLarge = (spans: readonly Span[]): DeliveryResult =>
      spans.length > 30 ? { type: 'rejected-body', error: 'HTTP 413', isStillhere: true } : acknowledge(spans);
    expect(
      deliverAll(makeSpans(200), 0, tooLarge)
        .map((ids) => ids.length)
        .slice(0, 5),
    ).toEqual([200, 100, 50, 25, 50]);
  });

  it('does not repeat answered spans, stored or not', () => {
    const silent: DeliveryResult = { type: 'receipt', receipt: { success: true, stored: [], refused: [], now: 0 } };
    expect(deliverAll(makeSpans(3), 0, () => silent)).toEqual([['s0', 's1', 's2']]);
  });

  it('is not sent without an answer, or if the server wants no more', () => {
    for (const sent of [
      { type: 'failed', error: 'Failed to fetch' },
      { type: 'failed', error: 'HTTP 503', isAnswer: false, retryAfterMs: 1_000 },
    ] as const)
      expect(deliverAll(makeSpans(3), 0, () => sent)).toHaveLength(1);
  });
});

describe('spans that no request with them gets through', () => {
  const poisoned = fc.uniqueArray(fc.nat(49), { maxLength: 3 });
  const trouble = fc.constantFrom<DeliveryResult>(FAILED, {
    type: 'rejected-body',
    error: 'HTTP 400',
    isStillhere: false,
  });

  it('are passed over, one in a delivery, if the server answers when they come alone', () => {
    const queued = makeSpans(3);
    const first = nextBatch(planAfter(12), queued);
    expect(first.spans.map(({ id }) => id)).toEqual(['s0']);
    const passed = judge(first.plan, first.spans, FAILED, AT);
    expect(passed.plan.retryInMs).toBe(0);
    const second = nextBatch(passed.plan, queued);
    expect(second.spans.map(({ id }) => id)).toEqual(['s1']);
    expect(judge(second.plan, second.spans, FAILED, AT).plan.retryInMs).toBeGreaterThan(0);
  });

  it.for<DeliveryResult>([
    { type: 'failed', error: 'TypeError: Failed to fetch', isNetworkError: true },
    { type: 'failed', error: 'HTTP 503', isAnswer: false, retryAfterMs: 7_000 },
  ])('are not the cause of what any span meets: %j', (result) => {
    const { plan, spans } = nextBatch(planAfter(12), makeSpans(3));
    const { retryInMs, answered } = judge(plan, spans, result, AT).plan;
    expect(retryInMs).toBeGreaterThan(0);
    expect([...answered]).toEqual([]);
  });

  it('block no others: after a few deliveries all others are stored, and none of them is refused', () => {
    fc.assert(
      fc.property(poisoned, trouble, (which, sent) => {
        const bad = new Set(which.map((nth) => `s${nth}`));
        const queued = makeSpans(50);
        const answer = (spans: readonly Span[]): DeliveryResult =>
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

  it('are refused on the device only if the server reports that it cannot read them, each alone', () => {
    const sent: DeliveryResult = { type: 'rejected-body', error: 'HTTP 400', isStillhere: true };
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

describe('a delivery', () => {
  const pause: Pause = { cause: 'backoff', failures: 1, since: 500, until: 5_000 };

  it('does not start during a pause, unless a trigger ends it', () => {
    expect(startPlan(pause, 'beat', 0, 1_000).retryInMs).toBe(4_000);
    expect(startPlan(pause, 'online', 600, 1_000).retryInMs).toBe(0);
  });

  it('counts as tried if another one failed while it waited for the lock', () => {
    expect(startPlan(pause, 'online', 499, 1_000).retryInMs).toBe(4_000);
    expect(startPlan(pause, 'online', 500, 1_000).retryInMs).toBe(0);
    expect(startPlan({ ...pause, since: 1_000 }, 'online', 400, 1_000).retryInMs).toBe(4_000);
    expect(startPlan({ ...pause, since: 1_001 }, 'online', 400, 1_000).retryInMs).toBe(0);
  });

  it('pauses from when the failed request was sent', () => {
    const { plan, spans } = nextBatch(planAfter(2), makeSpans(3));
    const verdict = judge(plan, spans, { type: 'failed', error: 'HTTP 503', retryAfterMs: 7_000 }, AT);
    // Half of the 5 s by which a server's own pause is spread.
    expect(verdict.failure).toEqual({
      pause: { cause: 'server', failures: 3, since: AT.sentAt, until: AT.now + 9_500 },
      error: 'HTTP 503',
    });
    expect(verdict.plan.retryInMs).toBe(9_500);
    expect(verdict.settled ?? verdict.endsPause).toBeUndefined();
  });

  it('ends a pause with its first receipt, and again after a span that it skipped', () => {
    const queued = makeSpans(2);
    const only = (plan: Plan, nth: number) => ({
      plan: nextBatch(plan, queued).plan,
      spans: queued.slice(nth, nth + 1),
    });
    const first = only(planAfter(0), 0);
    const worked = judge(first.plan, first.spans, acknowledge(first.spans), AT);
    expect(worked.endsPause).toBe(true);
    const again = judge(worked.plan, first.spans, acknowledge(first.spans), AT);
    expect(again.endsPause).toBe(false);
    const second = only(again.plan, 1);
    const skipped = judge(second.plan, second.spans, FAILED, AT);
    expect(skipped.plan.retryInMs).toBe(0);
    // It succeeded before, so this failure is the first in a row.
    expect(skipped.failure?.pause.failures).toBe(1);
    expect(judge(skipped.plan, first.spans, acknowledge(first.spans), AT).endsPause).toBe(true);
    expect(nextBatch(skipped.plan, queued.slice(1)).plan.retryInMs).toBe((skipped.failure?.pause.until ?? 0) - AT.now);
  });
});
