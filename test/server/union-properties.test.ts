// Reading time on the server, over HTTP: even if deliveries are lost, repeated and shuffled, as long as the last state
// of each span arrives, the record is the union of the reading, counted here second by second.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Span } from '../../sw/protocol/delivery.ts';
import { makeSpan, NOW, startTestAppWithThreads, type TestApp } from '../helpers/test-app.ts';

const PAGES = ['/a/', '/b/'] as const;
const HOUR_S = 3_600;

/** A span in seconds since the session began, and its length at its earlier beats. */
const read = fc.record({
  page: fc.constantFrom(...PAGES),
  start: fc.nat(600),
  length: fc.nat(300),
  beats: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});

interface Journey {
  readonly spans: readonly Span[];
  /** Every state that reaches the server, in order of arrival, some together in one delivery. */
  readonly deliveries: readonly (readonly Span[])[];
}

const journey: fc.Arbitrary<Journey> = fc.array(read, { minLength: 1, maxLength: 6 }).chain((all) => {
  const spans = all.map(({ page, start, length }, nth) =>
    makeSpan({ id: `span-${nth}`, page, start: NOW + start * 1_000, end: NOW + (start + length) * 1_000 }),
  );
  const earlier = all.flatMap(({ length, beats }, nth) =>
    beats.map((share) => {
      const span = makeSpan(spans[nth]);
      return { ...span, end: span.start + Math.round(share * length) * 1_000 };
    }),
  );
  return fc
    .record({
      // States that are missing here are lost; duplicates are repeated.
      arriving: fc.array(fc.constantFrom(...spans, ...earlier), { maxLength: 10 }),
      perDelivery: fc.integer({ min: 1, max: 4 }),
    })
    .chain(({ arriving, perDelivery }) => {
      const states = [...arriving, ...spans];
      return fc.shuffledSubarray(states, { minLength: states.length }).map((shuffled) => ({
        spans,
        deliveries: Array.from({ length: Math.ceil(shuffled.length / perDelivery) }, (_, nth) =>
          shuffled.slice(nth * perDelivery, (nth + 1) * perDelivery),
        ),
      }));
    });
});

/** Counts the seconds in any of the spans. */
function countMs(spans: readonly Span[]): number {
  const seconds = new Set<number>();
  for (const { start, end } of spans) for (let ms = start; ms < end; ms += 1_000) seconds.add(ms);
  return seconds.size * 1_000;
}

let app: TestApp;
let count = 0;
beforeAll(async () => {
  app = await startTestAppWithThreads();
  app.clock.now = NOW + HOUR_S * 1_000;
});
afterAll(() => app.close());

it('is the union of what was read, and each page its own, once the last states have come', async () => {
  await fc.assert(
    fc.asyncProperty(journey, async ({ spans, deliveries }) => {
      const session = await app.makeSession(`session-${count++}`);
      for (const delivery of deliveries) await app.deliver(delivery.map((span) => ({ ...span, session })));
      const { readingTimeMs, pages, sessionEndTime } = await app.session(session);
      expect(readingTimeMs).toBe(countMs(spans));
      expect(Date.parse(sessionEndTime ?? '')).toBe(Math.max(...spans.map(({ end }) => end)));
      for (const page of PAGES) {
        const own = pages.find((one) => one.page === page);
        expect(own?.readingTimeMs ?? 0).toBe(countMs(spans.filter((span) => span.page === page)));
      }
    }),
    { numRuns: 200 },
  );
});
