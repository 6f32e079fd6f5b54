// Invariants of a session store, for any data from devices in any order (server/store/session-store.ts).
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coveredMs } from './covered-ms.ts';
import type { SessionStore, Sighting } from '../../server/store/session-store.ts';
import type { Session } from '../../server/store/session.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

/** Anything a device may send: a span with several starts, jumping clocks, receipts at any time after the gate. */
const sighting = (session: string): fc.Arbitrary<Sighting> =>
  fc
    .record({
      receivedMs: fc.integer({ min: 0, max: 500_000 }).map((ms) => NOW + ms),
      span: fc.option(
        fc.record({
          id: fc.constantFrom('a', 'b', 'c'),
          page: fc.constantFrom('/a/', '/b/'),
          start: fc.integer({ min: -10_000, max: 500_000 }),
          length: fc.nat(200_000),
          offsetMs: fc.constantFrom(0, 40, 1_000, 60_000, -60_000),
        }),
        { nil: undefined, freq: 8 },
      ),
    })
    .map(({ receivedMs, span }) => {
      if (!span) return { session, receivedMs };
      const { id, page, start, length, offsetMs } = span;
      return { session, receivedMs, span: { id, page, startMs: NOW + start, endMs: NOW + start + length, offsetMs } };
    });

/**
 * @param open opens a store.
 * @param runs of the longer one of the tests with random data.
 */
export function describeStoreProperties(name: string, open: () => Promise<SessionStore>, runs = 150): void {
  describe(`the ${name} store, for any data`, () => {
    let store: SessionStore;
    let count = 0;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());
    const make = async (email = 'x@example.com', startMs = NOW): Promise<string> => {
      const id = `session-${count++}`;
      await store.createSession({ id, email, startMs });
      return id;
    };
    const find = async (id: string): Promise<Session> => {
      const session = await store.findSession(id);
      if (!session) throw new Error(`${id} is not there`);
      return session;
    };

    it('only grows, keeps first starts, stays within session and receipt, and reads as long as the union', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(sighting('?'), { maxLength: 6 }), { maxLength: 5 }), async (batches) => {
          const session = await make();
          let before = { endMs: 0, spans: new Map<string, { startMs: number; endMs: number }>() };
          let lastReceipt = NOW;
          let lastSeen = 0;
          for (const batch of batches) {
            await store.record(batch.map((one) => ({ ...one, session })));
            lastReceipt = Math.max(lastReceipt, ...batch.map(({ receivedMs }) => receivedMs));
            lastSeen = Math.max(lastSeen, ...batch.map(({ receivedMs, span }) => (span ? 0 : receivedMs)));
            const { endMs, readingMs, currentPage } = await find(session);
            const spans = await store.listSpans(session);
            expect(endMs ?? 0).toBe(Math.max(lastSeen, ...spans.map((span) => span.endMs)));
            expect(endMs ?? 0).toBeGreaterThanOrEqual(before.endMs);
            expect(readingMs).toBe(coveredMs(spans));
            expect(currentPage === null).toBe(spans.length === 0);
            for (const span of spans) {
              const was = before.spans.get(span.id) ?? span;
              expect(span.startMs).toBe(was.startMs);
              expect(span.endMs).toBeGreaterThanOrEqual(was.endMs);
              expect(NOW <= span.startMs && span.startMs <= span.endMs && span.endMs <= lastReceipt).toBe(true);
            }
            before = { endMs: endMs ?? 0, spans: new Map(spans.map((span) => [span.id, span])) };
          }
        }),
        { numRuns: runs },
      );
    });

    it('changes nothing when the same sightings are repeated', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(sighting('?'), { minLength: 1, maxLength: 8 }), async (sightings) => {
          // One clock: a device with a jumping clock sends different times when it repeats a span.
          const own = await make();
          const steady = sightings.map((one) => ({
            ...one,
            session: own,
            ...(one.span && { span: { ...one.span, offsetMs: 0 } }),
          }));
          const read = async (): Promise<unknown> => [await find(own), await store.listSpans(own)];
          await store.record(steady);
          // The first start and the largest end count, so the third time adds nothing to the second.
          await store.record(steady);
          const before = await read();
          await store.record(steady);
          expect(await read()).toEqual(before);
        }),
        { numRuns: Math.ceil(runs / 2) },
      );
    });

    it('lists newest first, by e-mail address, and page by page each session once, even with equal starts', async () => {
      const mine: string[] = [];
      for (let nth = 0; nth < 17; nth++) mine.push(await make('pages@example.com', NOW + Math.floor(nth / 6)));
      const listed: Session[] = [];
      for (;;) {
        const page = await store.listSessions({ email: 'pages@example.com', pageSize: 5, after: listed.at(-1) });
        listed.push(...page);
        if (page.length < 5) break;
      }
      expect(listed.map(({ id }) => id).toSorted()).toEqual(mine.toSorted());
      expect(listed.map(({ startMs }) => startMs)).toEqual(
        listed.map(({ startMs }) => startMs).toSorted((a, b) => b - a),
      );
    });

    it('does not create a session twice: the first stays', async () => {
      const id = await make('first@example.com');
      await expect(store.createSession({ id, email: 'second@example.com', startMs: NOW + 1 })).rejects.toThrow();
      expect(await find(id)).toMatchObject({ email: 'first@example.com', startMs: NOW });
    });

    it('does not return unknown sessions', async () => {
      expect(await store.findSession('nobody')).toBeUndefined();
      expect(await store.listSpans('nobody')).toEqual([]);
      expect(await store.record([])).toEqual([]);
    });
  });
}
