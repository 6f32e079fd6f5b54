// The contract of session stores (server/store/session-store.ts): what a store must do, whatever it is made of.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOCODB } from '../../server/store/outbox.ts';
import {
  MAX_SESSION_SPANS,
  MAX_STRETCHES,
  type SessionStore,
  type Sighting,
} from '../../server/store/session-store.ts';
import { coveredMs } from './covered-ms.ts';

export const NOW = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;

/** A span of a session, by default of Ann's, in seconds after the session began. */
export function seen(
  startS: number,
  endS: number,
  more: Partial<NonNullable<Sighting['span']>> & { session?: string; receivedS?: number } = {},
): Sighting {
  const { session = 'ann', receivedS = 10_000, ...span } = more;
  return {
    session,
    receivedMs: NOW + receivedS * SECOND,
    span: { id: 's', page: '/a/', startMs: NOW + startS * SECOND, endMs: NOW + endS * SECOND, offsetMs: 0, ...span },
  };
}

/**
 * @param place opens the store in the same place, repeatedly.
 * @param runs of the test with random data.
 */
export function describeStore(name: string, place: () => Promise<() => Promise<SessionStore>>, runs = 100): void {
  describe(`the ${name} store`, () => {
    let open: () => Promise<SessionStore>;
    let store: SessionStore;
    beforeEach(async () => {
      open = await place();
      store = await open();
      for (const id of ['ann', 'bob']) await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
    });
    afterEach(() => store.close());

    const inSeconds = async (
      id = 'ann',
    ): Promise<{ end: number; reading: number; page: string | null; spans: unknown[] }> => {
      const session = await store.findSession(id);
      const spans = await store.listSpans(id);
      return {
        end: ((session?.endMs ?? NOW) - NOW) / SECOND,
        reading: (session?.readingMs ?? 0) / SECOND,
        page: session?.currentPage ?? null,
        spans: spans.map(({ id: span, startMs, endMs }) => [span, (startMs - NOW) / SECOND, (endMs - NOW) / SECOND]),
      };
    };

    it('keeps the largest end and the first start', async () => {
      await store.record([seen(1, 5)]);
      await store.record([seen(1, 3), seen(0, 9), seen(2, 4)]);
      expect(await inSeconds()).toEqual({ end: 9, reading: 8, page: '/a/', spans: [['s', 1, 9]] });
    });

    it('returns results in order, and records known sessions beside unknown ones', async () => {
      const recorded = await store.record([
        seen(0, 1),
        seen(0, 1, { session: 'nobody' }),
        { session: 'bob', receivedMs: NOW + SECOND },
      ]);
      expect(recorded).toEqual(['stored', 'unknown-session', 'stored']);
      expect((await inSeconds('bob')).end).toBe(1);
      expect(await store.findSession('nobody')).toBeUndefined();
    });

    it('moves a whole span into the possible range, and cuts it only if it is longer', async () => {
      await store.record([seen(-50, 5, { id: 'early' })]);
      await store.record([seen(70, 99, { id: 'future', session: 'bob', receivedS: 50 })]);
      expect((await inSeconds()).spans).toEqual([['early', 0, 55]]);
      expect((await inSeconds('bob')).spans).toEqual([['future', 21, 50]]);
      await store.record([seen(-50, 99, { id: 'long', session: 'bob', receivedS: 60 })]);
      expect((await inSeconds('bob')).spans).toEqual([
        ['long', 0, 60],
        ['future', 21, 50],
      ]);
    });

    it('keeps lengths and gaps of queued spans when the device clock is set', async () => {
      const hour = 3_600;
      for (const [nth, error] of [-5 * hour, 5 * hour].entries()) {
        const session = `set-${nth}`;
        await store.createSession({ id: session, email: 'x@example.com', startMs: NOW });
        await store.record([
          seen(error + 10, error + 20, { id: 'one', session, receivedS: hour }),
          seen(error + 50, error + 90, { id: 'two', session, receivedS: hour }),
        ]);
        // The rest arrives with the next delivery, and uses the offset computed for the first.
        await store.record([seen(error + 25, error + 30, { id: 'three', session, receivedS: hour + 5 })]);
        expect((await inSeconds(session)).reading).toBe(55);
      }
    });

    it('places spans of a clock that was known before it was set where they were read', async () => {
      const hour = 3_600;
      await store.record([
        seen(0, 10, {
          id: 'online',
          startMs: NOW - hour * SECOND,
          endMs: NOW + (10 - hour) * SECOND,
          offsetMs: hour * SECOND,
          receivedS: 10,
        }),
      ]);
      const before = { startMs: NOW + (20 - hour) * SECOND, endMs: NOW + (50 - hour) * SECOND };
      await store.record([seen(0, 0, { ...before, id: 'tunnel', offsetMs: 0, receivedS: 100 })]);
      expect((await inSeconds()).spans).toEqual([
        ['online', 0, 10],
        ['tunnel', 20, 50],
      ]);
    });

    it('lets a known span grow by its length when the device clock is set', async () => {
      await store.record([seen(10, 20, { receivedS: 20 })]);
      // The queued row still has the old times; the delivery shows the new clock.
      await store.record([seen(10, 45, { offsetMs: 3_600 * SECOND, receivedS: 60 })]);
      expect((await inSeconds()).spans).toEqual([['s', 10, 45]]);
    });

    it('lets a span whose place is a guess grow by its length alone', async () => {
      await store.record([seen(-20, -10, { receivedS: 30 })]);
      // A late copy, timed on the clock before it was set. It seems to fit the guess, and is shorter.
      await store.record([seen(17, 18, { receivedS: 40 })]);
      expect((await inSeconds()).spans).toEqual([['s', 0, 10]]);
      await store.record([seen(-20, -5, { receivedS: 50 })]);
      expect((await inSeconds()).spans).toEqual([['s', 0, 15]]);
    });

    it('keeps the largest end when a device sends a different start each time', async () => {
      for (const second of [1, 40, 90]) await store.record([seen(second - 1, second, { receivedS: second })]);
      expect((await inSeconds()).spans).toEqual([['s', 0, 90]]);
    });

    it('limits the spans of a session, while existing ones keep growing', async () => {
      const many = Array.from({ length: MAX_SESSION_SPANS }, (_, nth) => seen(5, 5, { id: `s${nth}` }));
      for (let from = 0; from < many.length; from += 5_000) await store.record(many.slice(from, from + 5_000));
      expect(
        await store.record([seen(1, 2, { id: 'more' }), seen(5, 9, { id: 's0' }), seen(1, 2, { session: 'bob' })]),
      ).toEqual(['too-many-spans', 'stored', 'stored']);
      expect((await inSeconds()).reading).toBe(4);
    });

    it('limits the separate stretches of a session, until a span joins them', async () => {
      // From last to first, so that each is before the last stretch.
      const apart = Array.from({ length: MAX_STRETCHES + 1 }, (_, nth) =>
        seen(9_000 - 2 * nth, 9_001 - 2 * nth, { id: `s${nth}` }),
      );
      expect(new Set(await store.record(apart))).toEqual(new Set(['stored']));
      expect(await store.record([seen(1, 2, { id: 'apart' })])).toEqual(['too-many-spans']);
      expect(await store.record([seen(9_000, 9_500, { id: 's0' }), seen(8_000, 9_000, { id: 'over' })])).toEqual([
        'stored',
        'stored',
      ]);
      expect(await store.record([seen(1, 2, { id: 'apart' })])).toEqual(['stored']);
    });

    it('ends the access of a session once, and keeps its record', async () => {
      await store.record([seen(0, 5)]);
      expect(await store.findAccess('ann')).toEqual({
        email: 'ann@example.com',
        identity: 'typed',
        invitationId: null,
        accessEndedMs: null,
        accessPages: null,
        isBlocked: false,
      });
      await store.endAccess('ann', NOW + 7);
      expect(await store.findAccess('ann')).toEqual({
        email: 'ann@example.com',
        identity: 'typed',
        invitationId: null,
        accessEndedMs: NOW + 7,
        accessPages: null,
        isBlocked: false,
      });
      await store.endAccess('ann', NOW + 9);
      await store.endAccess('nobody', NOW);
      expect(await store.findSession('ann')).toMatchObject({ accessEndedMs: NOW + 7, readingMs: 5 * SECOND });
      expect(await store.findSession('bob')).toMatchObject({ accessEndedMs: null });
    });

    it('keeps how it is known whose a session is, and to which pages it gives access', async () => {
      const given = { identity: 'invited', invitationId: 'i1', accessPages: '/report/' } as const;
      await store.createSession({ id: 'cy', email: 'cy@example.com', startMs: NOW, ...given });
      expect(await store.findSession('cy')).toMatchObject({ ...given, isMeasured: true });
      expect(await store.findAccess('cy')).toEqual({
        email: 'cy@example.com',
        identity: 'invited',
        invitationId: 'i1',
        accessEndedMs: null,
        accessPages: '/report/',
        isBlocked: false,
      });
      const typed = { identity: 'typed', invitationId: null, accessPages: null, isMeasured: true };
      expect(await store.findSession('ann')).toMatchObject(typed);
    });

    it('blocks a reader until the owner lets it in again, with the sessions that it has', async () => {
      await store.blockedReaders.block('ann@example.com', NOW);
      await store.blockedReaders.block('ann@example.com', NOW + 5);
      await store.blockedReaders.block('new@example.com', NOW + 1);
      await store.blockedReaders.block('also@example.com', NOW);
      expect(await store.findAccess('ann')).toMatchObject({ isBlocked: true });
      expect(await store.findAccess('bob')).toMatchObject({ isBlocked: false });
      expect(await store.blockedReaders.list()).toEqual([
        { email: 'new@example.com', sinceMs: NOW + 1 },
        { email: 'also@example.com', sinceMs: NOW },
        { email: 'ann@example.com', sinceMs: NOW },
      ]);
      expect(await store.blockedReaders.has('ann@example.com')).toBe(true);
      expect(await store.blockedReaders.allow('ann@example.com')).toBe(true);
      expect(await store.blockedReaders.allow('ann@example.com')).toBe(false);
      expect(await store.blockedReaders.has('ann@example.com')).toBe(false);
      expect(await store.findAccess('ann')).toMatchObject({ isBlocked: false });
    });

    it('records nothing for a session whose reader chose not to be measured', async () => {
      await store.createSession({ id: 'cy', email: 'cy@example.com', startMs: NOW, isMeasured: false });
      expect(await store.record([seen(0, 5, { session: 'cy' }), { session: 'cy', receivedMs: NOW }])).toEqual([
        'unknown-session',
        'unknown-session',
      ]);
      expect(await store.findSession('cy')).toMatchObject({ isMeasured: false, endMs: null, readingMs: 0 });
      expect(await store.listSpans('cy')).toEqual([]);
    });

    it('deletes sessions with their spans, refuses what arrives for them later, and keeps the others', async () => {
      await store.record([seen(0, 5), seen(7, 9, { id: 't' }), seen(0, 5, { session: 'bob' })]);
      expect(await store.deleteSessions(['ann', 'nobody'], NOW)).toBe(1);
      expect(await store.findSession('ann')).toBeUndefined();
      expect(await store.findAccess('ann')).toBeUndefined();
      expect(await store.listSpans('ann')).toEqual([]);
      expect(await store.record([seen(0, 9), seen(0, 9, { session: 'bob' })])).toEqual(['unknown-session', 'stored']);
      expect(await store.listSpans('ann')).toEqual([]);
      expect((await inSeconds('bob')).reading).toBe(9);
      expect(await store.deleteSessions(['ann'], NOW)).toBe(0);
    });

    it("keeps sessions' spans separate, whatever ids devices choose", async () => {
      await store.record([seen(0, 5), seen(3, 4, { session: 'bob', page: '/b/' })]);
      expect(await inSeconds()).toMatchObject({ end: 5, page: '/a/', spans: [['s', 0, 5]] });
      expect(await inSeconds('bob')).toMatchObject({ end: 4, page: '/b/', spans: [['s', 3, 4]] });
    });

    it('reports the current page: that of the span with the latest end, on equal ends the later start', async () => {
      await store.record([seen(5, 5, { id: 'new', page: '/new/' }), seen(0, 5, { id: 'old', page: '/old/' })]);
      expect((await inSeconds()).page).toBe('/new/');
      await store.record([seen(0, 6, { id: 'old', page: '/old/' })]);
      expect((await inSeconds()).page).toBe('/old/');
    });

    it('has all data after closing and reopening', async () => {
      await store.record([seen(0, 5)]);
      const before = [await store.findSession('ann'), await store.listSpans('ann')];
      await store.close();
      store = await open();
      expect([await store.findSession('ann'), await store.listSpans('ann')]).toEqual(before);
    });

    it('keeps when spans arrived that were replayed or late, and of no others', async () => {
      await store.record([
        seen(0, 5, { id: 'at once', receivedS: 6 }),
        seen(0, 5, { id: 'late', receivedS: 90 }),
        seen(0, 5, { id: 'replayed', receivedS: 30, isReplayed: true }),
      ]);
      await store.record([
        seen(0, 9, { id: 'at once', receivedS: 95 }),
        seen(0, 100, { id: 'late', receivedS: 100 }),
        seen(0, 100, { id: 'replayed', receivedS: 101, isReplayed: true }),
      ]);
      const received = (await store.listSpans('ann')).map(({ id, receivedMs }) => [
        id,
        receivedMs && (receivedMs - NOW) / SECOND,
      ]);
      expect(received).toEqual([
        ['at once', 95],
        ['late', 90],
        ['replayed', 101],
      ]);
      await store.record([seen(200, 205, { id: 'new', receivedS: 206 })]);
      expect((await store.listSpansAfter('ann', { startMs: NOW + 100 * SECOND, id: '' }, 1))[0]?.receivedMs).toBeNull();
    });

    it('gives the same result in any order, repetition and batching, with the union as reading time', async () => {
      const span = fc.record({
        id: fc.constantFrom('a', 'b', 'c'),
        start: fc.constantFrom(0, 10, 20, 35),
        length: fc.nat(30),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(span, { maxLength: 12 }),
          fc.infiniteStream(fc.nat(9)),
          fc.uuid(),
          async (spans, dice, id) => {
            // A span begins once, so its id depends on its start here.
            const sightings = spans.map(({ id: tab, start, length }) =>
              seen(start, start + length, { id: `${tab}${start}`, page: `/${tab}/`, session: '' }),
            );
            const results = [];
            for (const [nth, doubled] of [sightings, [...sightings, ...sightings.toReversed()]].entries()) {
              const session = `${id}-${nth}`;
              await store.createSession({ id: session, email: 'x@example.com', startMs: NOW });
              const shuffled = nth ? doubled.toSorted(() => (dice.next().value ?? 0) - 4) : doubled;
              let endMs = 0;
              for (let from = 0; from < shuffled.length;) {
                const batch = shuffled.slice(from, (from += 1 + (dice.next().value ?? 0)));
                await store.record(batch.map((sighting) => ({ ...sighting, session })));
                const now = (await store.findSession(session))?.endMs ?? 0;
                expect(now).toBeGreaterThanOrEqual(endMs);
                endMs = now;
              }
              const stored = await store.listSpans(session);
              expect((await store.findSession(session))?.readingMs).toBe(coveredMs(stored));
              results.push({ ...(await inSeconds(session)) });
            }
            expect(results[1]).toEqual(results[0]);
          },
        ),
        { numRuns: runs },
      );
    });

    it('tells who watches which sessions it has made or recorded, until nobody wants to know', async () => {
      const told: (readonly string[])[] = [];
      const stop = store.watch((ids) => told.push(ids));
      await store.createSession({ id: 'eve', email: 'eve@example.com', startMs: NOW });
      await store.record([seen(0, 1), seen(0, 1, { session: 'nobody' }), seen(0, 1, { session: 'bob' })]);
      expect(told).toEqual([['eve'], ['ann', 'bob']]);
      stop();
      await store.createSession({ id: 'zoe', email: 'zoe@example.com', startMs: NOW });
      await store.record([seen(0, 2)]);
      expect(told).toHaveLength(2);
    });

    it('knows a session by its id and by its reference, and says all of it', async () => {
      await store.record([
        { ...seen(0, 60, { page: '/b/', isReplayed: true, isClosed: true, receivedS: 60 }), nextBeatMs: 180_000 },
      ]);
      const ann = await store.findSession('ann');
      expect(ann).toEqual({
        id: 'ann',
        ref: expect.stringMatching(/^[\da-v]+$/) as unknown,
        email: 'ann@example.com',
        identity: 'typed',
        invitationId: null,
        isMeasured: true,
        accessPages: null,
        startMs: NOW,
        endMs: NOW + 60 * SECOND,
        readingMs: 60 * SECOND,
        offlineMs: 60 * SECOND,
        endKnownBy: 'goodbye',
        nextBeatMs: 180_000,
        currentPage: '/b/',
        accessEndedMs: null,
        isExcluded: false,
        isMirrored: false,
      });
      expect(await store.findSession(ann?.ref ?? '')).toEqual(ann);
      expect((await store.findSession('bob'))?.ref).not.toBe(ann?.ref);
      await store.totals.setExcluded('ann', true);
      expect((await store.findSession('ann'))?.isExcluded).toBe(true);
    });

    it('says of each span what is known of it', async () => {
      await store.record([
        seen(0, 5, { id: 'a', receivedS: 5 }),
        seen(10, 15, { id: 'b', receivedS: 100, isClosed: true }),
        seen(20, 25, { id: 'c', receivedS: 100, isReplayed: true }),
        seen(200, 205, { id: 'd', receivedS: 100 }),
      ]);
      const said = (await store.listSpans('ann')).map(({ id, isLate, isClamped, isClosed, isReplayed }) => [
        id,
        { isLate, isClamped, isClosed, isReplayed },
      ]);
      const nothing = { isLate: false, isClamped: false, isClosed: false, isReplayed: false };
      expect(Object.fromEntries(said)).toEqual({
        a: nothing,
        b: { ...nothing, isLate: true, isClosed: true },
        c: { ...nothing, isLate: true, isReplayed: true },
        d: { ...nothing, isClamped: true },
      });
    });

    it('keeps what was said of a span once, however it grows later, alone or beside others', async () => {
      const first = { closed: { isClosed: true }, replayed: { isReplayed: true }, neither: {} };
      await store.record(Object.entries(first).map(([id, its]) => seen(0, 5, { id, receivedS: 5, ...its })));
      const said = async (): Promise<unknown> =>
        (await store.listSpans('ann')).map(({ id, isClosed, isReplayed, endMs }) => [
          id,
          isClosed,
          isReplayed,
          (endMs - NOW) / SECOND,
        ]);
      const expected = (end: number): unknown => [
        ['closed', true, false, end],
        ['neither', false, false, end],
        ['replayed', false, true, end],
      ];
      await store.record(Object.keys(first).map((id) => seen(0, 7, { id, receivedS: 7 })));
      expect(await said()).toEqual(expected(7));
      for (const id of Object.keys(first)) await store.record([seen(0, 9, { id, receivedS: 9 })]);
      expect(await said()).toEqual(expected(9));
    });

    it('finds a free place among all that was read for a span whose time is unknown', async () => {
      for (const [id, start, end] of [
        ['early', 0, 100],
        ['later', 160, 200],
      ] as const)
        await store.record([seen(start, end, { id, receivedS: end })]);
      const day = 86_400;
      await store.record([seen(-day, 90 - day, { id: 'unknown', receivedS: 300 })]);
      // Not beside what was read last alone: then it would lie over what was read first.
      expect((await inSeconds()).reading).toBe(230);
    });

    it('lists many spans by their start, then by their id, whole or in parts', async () => {
      // Each start is that of two spans, and neither is in the order in which they arrive.
      const many = Array.from({ length: 1_001 }, (_, nth) => {
        const start = ((nth * 7) % 501) * 2;
        return seen(start, start + 1, { id: String((nth * 10) % 1_001).padStart(4, '0') });
      });
      await store.record(many);
      const all = await store.listSpans('ann');
      expect(all).toHaveLength(1_001);
      const sorted = all.toSorted((one, other) => one.startMs - other.startMs || one.id.localeCompare(other.id));
      expect(all).toEqual(sorted);
      const parts = [];
      for (let after: (typeof all)[number] | undefined; ;) {
        const part = await store.listSpansAfter('ann', after, 300);
        if (part.length === 0) break;
        parts.push(part);
        after = part.at(-1);
      }
      expect(parts.map(({ length }) => length)).toEqual([300, 300, 300, 101]);
      expect(parts.flat()).toEqual(all);
      expect(await store.listSpansAfter('bob', undefined, 300)).toEqual([]);
    });

    it('lists sessions, the newest first, then by id, page by page; all or those of an address', async () => {
      for (const [id, email, startMs] of [
        ['cat', 'ann@example.com', NOW + 9],
        ['dan', 'dan@example.com', NOW - 9],
        ['eve', 'ann@example.com', NOW],
      ] as const)
        await store.createSession({ id, email, startMs });
      const list = async (query: Parameters<SessionStore['listSessions']>[0]): Promise<readonly string[]> =>
        (await store.listSessions(query)).map(({ id }) => id);
      expect(await list({ pageSize: 9 })).toEqual(['cat', 'eve', 'bob', 'ann', 'dan']);
      expect(await list({ pageSize: 2 })).toEqual(['cat', 'eve']);
      expect(await list({ pageSize: 2, after: { startMs: NOW, id: 'eve' } })).toEqual(['bob', 'ann']);
      expect(await list({ pageSize: 9, email: 'ann@example.com' })).toEqual(['cat', 'eve', 'ann']);
      expect(await list({ pageSize: 9, email: 'nobody@example.com' })).toEqual([]);
    });

    it('counts the sessions that are being read, as soon as the totals know them', async () => {
      await store.record([seen(0, 60, { receivedS: 60 })]);
      await store.record([seen(0, 60, { session: 'bob', receivedS: 60, isClosed: true })]);
      expect(await store.countReading(NOW + 90 * SECOND)).toBe(0);
      await store.totals.counting.count(['ann', 'bob']);
      expect(await store.countReading(NOW + 90 * SECOND)).toBe(1);
      // Twelve minutes without a beat, and one of grace.
      expect(await store.countReading(NOW + (60 + 13 * 60) * SECOND)).toBe(1);
      expect(await store.countReading(NOW + (60 + 13 * 60) * SECOND + 1)).toBe(0);
    });

    it('knows which sessions NocoDB shows as they are, whatever others were told', async () => {
      const tell = async (consumer: string): Promise<void> => {
        const outbox = store.outboxOf(consumer);
        for (const { session, revision } of await outbox.listUntold(9))
          if (session.id === 'ann') await outbox.markTold([{ id: 'ann', revision, recordId: '1' }]);
      };
      const mirrored = async (): Promise<unknown> => {
        const listed = await store.listSessions({ pageSize: 9 });
        const ann = await store.findSession('ann');
        return [ann?.isMirrored, listed.map(({ id, isMirrored }) => [id, isMirrored])];
      };
      await tell('another');
      expect(await mirrored()).toEqual([
        false,
        [
          ['bob', false],
          ['ann', false],
        ],
      ]);
      await tell(NOCODB);
      expect(await mirrored()).toEqual([
        true,
        [
          ['bob', false],
          ['ann', true],
        ],
      ]);
      await store.record([seen(0, 5)]);
      expect((await store.findSession('ann'))?.isMirrored).toBe(false);
    });

    it('has one outbox for each consumer', () => {
      expect(store.outboxOf('one')).toBe(store.outboxOf('one'));
      expect(store.outboxOf('one')).not.toBe(store.outboxOf('two'));
    });

    it('leaves a session that is new, or has changed, to each consumer', async () => {
      const outbox = store.outboxOf('events');
      const due = async (ms: number): Promise<unknown> =>
        (await outbox.listDue(NOW + ms, 9)).map(({ session: { id }, revision }) => [id, revision]);
      expect(await due(-1)).toEqual([]);
      await store.createSession({ id: 'eve', email: 'eve@example.com', startMs: NOW + 5 });
      expect(await due(4)).toHaveLength(2);
      expect(await due(5)).toContainEqual(['eve', 1]);
      for (const { session, revision } of await outbox.listDue(NOW + 5, 9))
        await outbox.markTold([{ id: session.id, revision, recordId: '1' }]);
      // Due when the last of what has changed it arrived. What changes nothing that anybody sees leaves nothing.
      await store.record([seen(0, 5, { receivedS: 6 }), seen(0, 8, { receivedS: 9 })]);
      expect(await due(9 * SECOND - 1)).toEqual([]);
      const told = await outbox.listDue(NOW + 9 * SECOND, 9);
      expect(told.map(({ session }) => session.id)).toEqual(['ann']);
      await outbox.markTold(told.map(({ session, revision }) => ({ id: session.id, revision, recordId: '1' })));
      await store.record([seen(0, 8, { receivedS: 10 })]);
      expect(await due(99 * SECOND)).toEqual([]);
    });

    it('records all or nothing: a part that fails undoes the rest, and the next one is stored', async () => {
      // Each column takes text only, and must have some.
      const spoilt = seen(0, 1, { id: 'bad', page: null as unknown as string });
      await expect(store.record([seen(0, 5), spoilt])).rejects.toThrow();
      expect(await store.listSpans('ann')).toEqual([]);
      expect(await store.record([seen(0, 5)])).toEqual(['stored']);
    });

    it('keeps each note until it is written again', async () => {
      expect(await store.notes.read('one')).toBeUndefined();
      await store.notes.write('one', 'first');
      await store.notes.write('two', '');
      await store.notes.write('one', 'second');
      expect([await store.notes.read('one'), await store.notes.read('two')]).toEqual(['second', '']);
      expect(await store.notes.read('three')).toBeUndefined();
    });

    it('answers a health check, until it is closed', async () => {
      await expect(store.check()).resolves.toBeUndefined();
      await store.close();
      await expect(store.check()).rejects.toThrow();
      store = await open();
    });
  });
}
