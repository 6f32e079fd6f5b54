// The contract of the owner's search of sessions (server/store/session-query.ts), as its API has it: filters and orders beside the same
// list filtered here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestAppOn, type TestApp } from './test-app.ts';

const MINUTE = 60_000;
const READERS = ['ann+work@example.com', 'bob@example.com', 'c%_d@example.com'];
const PAGES = ['/report/', '/report/Annex.html', '/100%/', '/ÉTÉ/'];

interface List {
  readonly sessions: readonly SessionView[];
  readonly next?: string;
}

/** @param open opens an empty store. */
export function describeSessionSearch(name: string, open: () => Promise<SessionStore>): void {
  describe(`the search of the ${name} store`, () => {
    let app: TestApp;
    let all: readonly SessionView[];

    async function get(query: string): Promise<List> {
      const headers = { authorization: `Bearer ${OWNER_TOKEN}` };
      const { status, body } = await app.send('GET', `/api/sessions?${query}`, headers);
      if (status !== 200) throw new Error(body);
      return JSON.parse(body) as List;
    }

    /** All pages of a list, three sessions each. */
    async function list(query: string): Promise<readonly SessionView[]> {
      const found: SessionView[] = [];
      for (let next: string | undefined = ''; next !== undefined;) {
        const one = await get(`${query}&pageSize=3${next && `&cursor=${next}`}`);
        expect(one.sessions.length).toBeLessThanOrEqual(3);
        found.push(...one.sessions);
        ({ next } = one);
      }
      return found;
    }

    const ids = (sessions: readonly SessionView[]): readonly string[] => sessions.map(({ id }) => id);

    beforeAll(async () => {
      app = await startTestAppOn(await open());
      for (let nth = 0; nth < 40; nth++) {
        const id = `s${nth}`;
        const startMs = NOW + (nth % 20) * 3 * MINUTE;
        await app.store.createSession({ id, email: READERS[nth % 3] ?? '', startMs });
        app.clock.now = NOW + 90 * MINUTE;
        // Every seventh is only opened, every eleventh not even that.
        const lengthMs = nth % 7 === 0 ? 2_000 : 5_000 + ((nth * 37) % 24) * MINUTE;
        const span = { session: id, page: PAGES[nth % 4] ?? '/', start: startMs, end: startMs + lengthMs };
        if (nth % 11 > 0) await app.deliver([makeSpan({ ...span, ...(nth % 2 === 0 && { closed: true }) })]);
      }
      app.clock.now = NOW + 75 * MINUTE;
      await app.store.totals.counting.count(Array.from({ length: 40 }, (_, nth) => `s${nth}`));
      all = (await get('pageSize=500')).sessions;
    });
    afterAll(() => app.close());

    describe('each filter shows what matches it, page by page', () => {
      const minutes = (time: string): number => (Date.parse(time) - NOW) / MINUTE;
      const filters: readonly (readonly [query: string, matches: (session: SessionView) => boolean])[] = [
        ['', () => true],
        ['email=ann%2Bwork@example.com', ({ emailOfAccessor }) => emailOfAccessor.startsWith('ann+')],
        ['email=ANN+work@example.com', ({ emailOfAccessor }) => emailOfAccessor.startsWith('ann+')],
        ['reader=bob@example.com', ({ emailOfAccessor }) => emailOfAccessor.startsWith('bob')],
        ['email=nobody@example.com', () => false],
        ['reader=AAAAAAAAAAAAAAAA', () => false],
        ['from=2026-11-24T08:30:00Z', ({ sessionStartTime }) => minutes(sessionStartTime) >= 30],
        ['to=2026-11-24T09:30:00+01:00', ({ sessionStartTime }) => minutes(sessionStartTime) < 30],
        ['from=2026-11-24&to=2026-11-25', () => true],
        ['from=2026-11-25', () => false],
        ['state=reading', ({ state }) => state === 'reading'],
        ['state=away', ({ state }) => state === 'away'],
        ['state=ended', ({ state }) => state === 'ended'],
        ['state=opened', ({ state }) => state === 'opened'],
        ['q=C%25_D', ({ emailOfAccessor }) => emailOfAccessor.startsWith('c%_d')],
        ['q=annex', ({ currentPage }) => currentPage?.includes('Annex') ?? false],
        ['q=0%25/', ({ currentPage }) => currentPage === '/100%/'],
        [
          'q=%25',
          ({ emailOfAccessor, currentPage }) => emailOfAccessor.includes('%') || (currentPage ?? '').includes('%'),
        ],
        ['q=_', ({ emailOfAccessor }) => emailOfAccessor.includes('_')],
        ['q=%C3%89T', ({ currentPage }) => currentPage === '/ÉTÉ/'],
        ['q=nothing', () => false],
        [
          'page=/report/index.html',
          ({ currentPage, readingTimeMs }) => currentPage === '/report/' && (readingTimeMs ?? 0) >= 5_000,
        ],
        [
          'page=/report',
          ({ currentPage, readingTimeMs }) => currentPage === '/report/' && (readingTimeMs ?? 0) >= 5_000,
        ],
        ['page=/nowhere/', () => false],
        [
          'email=bob@example.com&from=2026-11-24T08:15:00Z&state=ended&q=report',
          ({ emailOfAccessor, sessionStartTime, state, currentPage }) =>
            emailOfAccessor.startsWith('bob') &&
            minutes(sessionStartTime) >= 15 &&
            state === 'ended' &&
            (currentPage ?? '').includes('report'),
        ],
      ];
      const last = ({ sessionEndTime, sessionStartTime }: SessionView): number =>
        Date.parse(sessionEndTime ?? sessionStartTime);
      const values = {
        start: ({ sessionStartTime }: SessionView) => Date.parse(sessionStartTime),
        end: last,
        // What was only opened has no reading time in the totals.
        reading: ({ readingTimeMs }: SessionView) =>
          readingTimeMs !== null && readingTimeMs >= 5_000 ? readingTimeMs : -1,
      };

      it.for(
        filters.flatMap(([query, matches]) =>
          (['start', 'end', 'reading'] as const).map((sort) => ({ query, matches, sort })),
        ),
      )('?$query by $sort', async ({ query, matches, sort }) => {
        const expected = all
          .filter(matches)
          .toSorted((one, other) => values[sort](other) - values[sort](one) || (one.id < other.id ? 1 : -1));
        expect(ids(await list(`${query}&sort=${sort}`))).toEqual(ids(expected));
      });

      it('has sessions of every kind', () => {
        expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['reading', 'away', 'ended', 'opened']));
        for (const [query, matches] of filters)
          if (!/nobody|AAAA|nothing|nowhere|11-25$/.test(query)) expect(all.some(matches), query).toBe(true);
      });

      it.for(['start', 'end', 'reading'] as const)('finds what was read below a path, by %s', async (sort) => {
        const below = { filter: { pagesBelow: '/report/' }, sort, pageSize: 99, nowMs: app.clock.now };
        const { sessions } = await app.store.searchSessions(below);
        const expected = all.filter(
          ({ currentPage, readingTimeMs }) => currentPage?.startsWith('/report/') && (readingTimeMs ?? 0) >= 5_000,
        );
        expect(expected.length).toBeGreaterThan(5);
        expect(new Set(sessions.map(({ ref }) => ref))).toEqual(new Set(expected.map(({ ref }) => ref)));
      });

      it.for(['start', 'end', 'reading'] as const)('finds a reader and a page by the id, by %s', async (sort) => {
        const reader = await app.store.totals.readerIdOf('bob@example.com');
        expect(ids(await list(`reader=${reader}&sort=${sort}`))).toEqual(
          ids(await list(`email=bob@example.com&sort=${sort}`)),
        );
        const page = await app.store.totals.pageIdOf('/report/');
        const read = ids(await list(`page=/report/&sort=${sort}`));
        expect(read.length).toBeGreaterThan(3);
        expect(ids(await list(`page=${page}&sort=${sort}`))).toEqual(read);
      });
    });

    it('pages stay right while sessions begin', async () => {
      const before = ids((await get('pageSize=500')).sessions);
      const first = await get('pageSize=5');
      await app.store.createSession({ id: 'later', email: 'bob@example.com', startMs: NOW + 89 * MINUTE });
      const second = await get(`pageSize=5&cursor=${first.next}`);
      expect(ids([...first.sessions, ...second.sessions])).toEqual(before.slice(0, 10));
      await app.store.deleteSessions(['later'], NOW);
    });
  });
}
