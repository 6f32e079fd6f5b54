// The parts in which the totals are sent, and what a shared link is told, with totals that a test makes. Over a real store:
// test/server/totals-api.test.ts.
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import { addTotalsRoutes } from '../../../../server/sessions/totals-routes.ts';
import type { SessionStore } from '../../../../server/store/session-store.ts';
import type { Share } from '../../../../server/store/shares.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const ID = 'reader-0123456-a';

let share: Pick<Share, 'pages'> | undefined;
let asked: unknown[];
/** How many rows there are of everything. */
let count: number;
let url: string;
beforeEach(async () => {
  [share, asked, count] = [undefined, [], 0];
  const sums = { sessions: 3, readingMs: 15, lastMs: NOW, medianMs: null, buckets: [] };
  const reader = { ...sums, id: ID, email: 'ann@example.com', opened: 0, visits: 1, firstMs: NOW };
  const page = { ...sums, id: ID, name: '/plan/', readers: 1 };
  const many = <Row extends object>(row: Row, { pageSize }: { readonly pageSize: number }): Row[] =>
    Array.from({ length: Math.min(count, pageSize) }, (_, nth) => ({ ...row, id: `${nth}`, lastMs: NOW - nth }));
  const pairs = ({ pageSize }: { readonly pageSize: number }) =>
    Array.from({ length: Math.min(count, pageSize) }, (_, nth) => ({
      readerId: `r${nth}`,
      email: `r${nth}@example.com`,
      pageId: `p${nth}`,
      page: `/${nth}/`,
      sessions: 1,
      readingMs: 1_000 - nth,
    }));
  const totals = {
    listReaders: async (query: never) => (asked.push(['read', query]), many(reader, query)),
    listOpened: async (query: never) => (asked.push(['opened', query]), many(reader, query)),
    listExcluded: async (query: never) => (asked.push(['excluded', query]), many(reader, query)),
    listPages: async (query: never) => (asked.push(['pages', query]), many(page, query)),
    listReaderPages: async (query: never) => (asked.push(['pairs', query]), pairs(query)),
    findReader: async () => reader,
    findPage: async () => page,
    listExcludedReaders: async () => [],
    readerIdOf: async (email: string) => email,
  } as unknown as SessionStore['totals'];
  const blockedReaders = { has: async () => false } as unknown as SessionStore['blockedReaders'];
  const router = new Router();
  const viewer: Middleware = (ctx, next) => ((ctx.state['share'] = share), next());
  addTotalsRoutes(router, { totals, blockedReaders }, { owner: viewer, viewer, now: () => NOW });
  url = await startKoa(errorHandler(pino({ level: 'silent' })), router.routes() as Middleware);
});

type Answer = Readonly<Record<string, unknown>> & { readonly error?: string; readonly next?: string };

async function get(path: string): Promise<Answer> {
  return (await (await fetch(url + path)).json()) as Answer;
}

const placeOf = ({ next }: Answer): string | undefined => next && Buffer.from(next, 'base64url').toString();

describe('a list', () => {
  it.for([
    ['/api/readers', 'readers', 'read'],
    ['/api/readers?kind=read', 'readers', 'read'],
    ['/api/pages', 'pages', 'pages'],
  ] as const)(
    '%s has as many as were asked for, and the place of the last if there are more',
    async ([path, key, kind]) => {
      const query = `${path}${path.includes('?') ? '&' : '?'}pageSize=2`;
      for (const [sort, value] of [
        ['last', NOW - 1],
        ['reading', 15],
        ['sessions', 3],
      ] as const) {
        asked = [];
        count = 3;
        const more = await get(`${query}&sort=${sort}`);
        expect((more[key] as unknown[]).length).toBe(2);
        expect(placeOf(more)).toBe(`${sort} ${value} 1`);
        expect(asked).toEqual([[kind, expect.objectContaining({ sort, pageSize: 3 })]]);
        count = 2;
        const all = await get(`${query}&sort=${sort}&cursor=${more.next}`);
        expect([(all[key] as unknown[]).length, all.next]).toEqual([2, undefined]);
        expect(asked[1]).toEqual([kind, expect.objectContaining({ after: { sort, value, id: '1' } })]);
      }
    },
  );

  it('has 50 unless another number is asked for', async () => {
    count = 60;
    expect((await get('/api/readers'))['readers']).toHaveLength(50);
  });

  it.for(['opened', 'excluded'])(
    'of %s readers is by the time they were seen last, whatever is asked for',
    async (kind) => {
      count = 3;
      const first = await get(`/api/readers?kind=${kind}&sort=reading&pageSize=2`);
      expect(placeOf(first)).toBe(`last ${NOW - 1} 1`);
      await get(`/api/readers?kind=${kind}&sort=reading&pageSize=2&cursor=${first.next}`);
      expect(asked).toEqual([
        [kind, { sort: 'last', pageSize: 3, after: undefined }],
        [kind, { sort: 'last', pageSize: 3, after: { sort: 'last', value: NOW - 1, id: '1' } }],
      ]);
    },
  );
});

it.for([
  ['a reader', `/api/readers/${ID}`, 'pages', 'p499', { readerId: ID }],
  ['a page', '/api/pages/0123456789abcdef', 'readBy', 'r499', { pageId: ID }],
] as const)('the other side of %s comes in parts of 500', async ([, path, key, id, which]) => {
  count = 501;
  const more = await get(path);
  expect((more[key] as unknown[]).length).toBe(500);
  expect(placeOf(more)).toBe(`reading 501 ${id}`);
  count = 500;
  const all = await get(`${path}?cursor=${more.next}`);
  expect([(all[key] as unknown[]).length, all.next]).toEqual([500, undefined]);
  expect(asked).toEqual([
    ['pairs', { ...which, pageSize: 501, after: undefined }],
    ['pairs', { ...which, pageSize: 501, after: { sort: 'reading', value: 501, id } }],
  ]);
  const other = await get(`${path}?cursor=${Buffer.from('last 501 x').toString('base64url')}`);
  expect(other.error).toBe('cursor: must be the "next" of an earlier answer with the same sort');
});

describe('a shared link', () => {
  it.for([
    ['/api/readers', 'the totals of readers'],
    [`/api/readers/${ID}`, 'the totals of a reader'],
    ['/api/days', 'the totals of days'],
  ] as const)('for some pages is told why it does not show %s', async ([path, what]) => {
    share = { pages: '/plan/' };
    expect((await get(path)).error).toBe(`This link is for pages below /plan/, and ${what} can't be limited to them`);
  });

  it('shows names in place of addresses, and is told why an address finds nothing', async () => {
    share = { pages: null };
    count = 1;
    expect(JSON.stringify(await get('/api/readers'))).toMatch(/"emailOfAccessor":"Reader [0-9a-f]{6}"/);
    for (const path of ['/api/readers', `/api/readers/${ID}`, '/api/pages/0123456789abcdef'])
      expect(JSON.stringify(await get(path))).not.toContain('@');
    expect((await get('/api/readers/ann@example.com')).error).toBe(
      'A shared link shows no addresses; use the id of a reader',
    );
  });
});
