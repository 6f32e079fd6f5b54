// The owner's totals over HTTP. That they are right is what test/helpers/totals-contract.ts checks.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  DayList,
  PageDetail,
  PageList,
  ReaderDetail,
  ReaderList,
  SessionDetail,
} from '../../sw/protocol/owner-api.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const MINUTE = 60_000;
let app: TestApp;

async function get<Answer>(path: string): Promise<Answer & { readonly error?: string }> {
  const { body } = await app.send('GET', path, { authorization: `Bearer ${OWNER_TOKEN}` });
  return JSON.parse(body) as Answer & { readonly error?: string };
}

beforeAll(async () => {
  app = await startTestApp();
  const ids: string[] = [];
  for (const [nth, [email, minutes]] of (
    [
      ['ann+a@example.com', 11],
      ['ann+a@example.com', 4],
      ['bob@example.com', 7],
      ['scanner@example.com', 0],
    ] as const
  ).entries()) {
    const id = `s${nth}`;
    ids.push(id);
    const start = NOW + nth * 20 * MINUTE;
    await app.store.createSession({ id, email, startMs: start });
    app.clock.now = start + 15 * MINUTE;
    if (minutes > 0) {
      await app.deliver([makeSpan({ id: 'a', session: id, page: '/report/', start, end: start + minutes * MINUTE })]);
      await app.deliver([makeSpan({ id: 'b', session: id, page: '/annex/', start, end: start + MINUTE })]);
    }
  }
  app.clock.now = NOW + 120 * MINUTE;
  await app.store.totals.counting.count(ids);
});
afterAll(() => app.close());

it('readers, with their totals and medians', async () => {
  const { readers } = await get<ReaderList>('/api/readers?sort=reading');
  expect(readers.map(({ emailOfAccessor }) => emailOfAccessor)).toEqual(['ann+a@example.com', 'bob@example.com']);
  expect(readers[0]).toMatchObject({
    sessions: 2,
    opened: 0,
    visits: 2,
    readingTimeMs: 15 * MINUTE,
    firstSeen: '2026-11-24T08:00:00.000Z',
    lastSeen: '2026-11-24T08:24:00.000Z',
  });
  expect(Math.abs((readers[0]?.medianReadingTimeMs ?? 0) / (4 * MINUTE) - 1)).toBeLessThan(0.05);
  const { readers: opened } = await get<ReaderList>('/api/readers?kind=opened');
  expect(opened.map(({ emailOfAccessor }) => emailOfAccessor)).toEqual(['scanner@example.com']);
});

it('page by page', async () => {
  for (const sort of ['last', 'reading', 'sessions']) {
    const { readers: all } = await get<ReaderList>(`/api/readers?sort=${sort}`);
    const first = await get<ReaderList>(`/api/readers?sort=${sort}&pageSize=1`);
    const second = await get<ReaderList>(`/api/readers?sort=${sort}&pageSize=1&cursor=${first.next}`);
    expect([...first.readers, ...second.readers]).toEqual(all);
    expect(second.next).toBeUndefined();
  }
});

it.for(['ann+a@example.com', 'ann%2Ba@example.com', 'ANN%2ba@EXAMPLE.com', 'id'])(
  'one reader, by %s: all pages with times',
  async (name) => {
    const id = await app.store.totals.readerIdOf('ann+a@example.com');
    const reader = await get<ReaderDetail>(`/api/readers/${name === 'id' ? id : name}`);
    expect(reader).toMatchObject({ id, emailOfAccessor: 'ann+a@example.com', readingTimeMs: 15 * MINUTE });
    expect(reader.pages.map(({ page, sessions, readingTimeMs }) => [page, sessions, readingTimeMs])).toEqual([
      ['/report/', 2, 15 * MINUTE],
      ['/annex/', 2, 2 * MINUTE],
    ]);
    expect(reader.distribution.map(({ sessions }) => sessions)).toEqual([1, 1]);
  },
);

it('pages, with the distribution of their reading times, and one page with its readers', async () => {
  const { pages } = await get<PageList>('/api/pages?sort=reading');
  expect(pages.map(({ page, sessions, readers, readingTimeMs }) => [page, sessions, readers, readingTimeMs])).toEqual([
    ['/report/', 3, 2, 22 * MINUTE],
    ['/annex/', 3, 2, 3 * MINUTE],
  ]);
  expect(pages[0]?.distribution.map(({ sessions }) => sessions)).toEqual([1, 1, 1]);
  for (const { fromMs, toMs } of pages[0]?.distribution ?? []) expect(toMs / fromMs).toBeCloseTo(1.1, 3);
  const { pages: one } = await get<PageList>('/api/pages?page=/report/index.html');
  expect(one).toEqual(pages.slice(0, 1));
  expect((await get<PageList>('/api/pages?page=/nowhere/')).pages).toEqual([]);
  const detail = await get<PageDetail>(`/api/pages/${pages[0]?.id}`);
  expect(detail.readBy.map(({ emailOfAccessor, readingTimeMs }) => [emailOfAccessor, readingTimeMs])).toEqual([
    ['ann+a@example.com', 15 * MINUTE],
    ['bob@example.com', 7 * MINUTE],
  ]);
});

it('days, in the time zone that the answer names', async () => {
  const utc = await get<DayList>('/api/days?from=2026-11-23&to=2026-11-25');
  expect(utc).toMatchObject({
    timeZone: 'UTC',
    days: [
      { day: '2026-11-24', start: '2026-11-24T00:00:00.000Z', sessions: 3, opened: 1, visits: 3, readers: 2 },
      { day: '2026-11-23', sessions: 0, readingTimeMs: 0, medianReadingTimeMs: null },
    ],
  });
  expect(utc.days[0]?.readingTimeMs).toBe(22 * MINUTE);
  // There, days begin at 08:00 UTC.
  const { days } = await get<DayList>('/api/days?from=2026-11-23&to=2026-11-25&timeZone=Pacific/Pitcairn');
  expect(days.map(({ day, start, sessions }) => [day, start, sessions])).toEqual([
    ['2026-11-24', '2026-11-24T08:00:00.000Z', 3],
    ['2026-11-23', '2026-11-23T08:00:00.000Z', 0],
  ]);
  expect((await get<DayList>('/api/days')).days).toHaveLength(30);
});

describe('nonsense gets an error that names the parameter', () => {
  it.for([
    ['/api/readers?sort=email', 'sort: must be one of last, reading, sessions'],
    ['/api/readers?kind=all', 'kind: must be one of read, opened, excluded'],
    ['/api/readers?email=x', 'email: must be one of kind, sort, pageSize, cursor'],
    ['/api/pages?pageSize=501', 'pageSize: must be a whole number, 1 to 500'],
    ['/api/days?timeZone=Mars/Base', 'timeZone: must be a time zone like Europe/Berlin'],
    ['/api/days?from=2026-13-01', 'from: must be a date like 2026-11-24, or a time like 2026-11-24T08:00:00Z'],
    ['/api/days?from=2026-11-24&to=2026-11-24', 'to: must be after from'],
    ['/api/days?from=2020-01-01&to=2026-11-24', 'from: must be at most a year before to'],
    ['/api/readers/nobody@example.com', 'There is no reader with this address or id'],
    ['/api/readers/nobody', 'There is no reader with this address or id'],
    ['/api/pages/AAAAAAAAAAAAAAAA', 'There is no page with this id'],
  ] as const)('%s', async ([path, error]) => {
    expect((await get(path)).error).toBe(error);
  });
});

describe('what the owner excludes', () => {
  const send = (method: 'PUT' | 'DELETE', path: string, headers = { authorization: `Bearer ${OWNER_TOKEN}` }) =>
    app.send(method, path, headers);
  const count = async (): Promise<void> => {
    const { counting } = app.store.totals;
    const ids = await counting.listRemembered(100);
    await counting.forget(ids);
    await counting.count(ids);
  };
  const readingOf = async (email: string): Promise<number | undefined> => {
    const { readers } = await get<ReaderList>('/api/readers');
    return readers.find(({ emailOfAccessor }) => emailOfAccessor === email)?.readingTimeMs;
  };

  it('is a session: it is listed, but not counted, until it is counted again', async () => {
    expect((await send('PUT', '/api/sessions/s1/excluded')).status).toBe(200);
    await count();
    expect(await readingOf('ann+a@example.com')).toBe(11 * MINUTE);
    expect(await get('/api/sessions/s1')).toMatchObject({ excluded: true, readingTimeMs: 4 * MINUTE });
    expect((await send('DELETE', '/api/sessions/s1/excluded')).status).toBe(200);
    await count();
    expect(await readingOf('ann+a@example.com')).toBe(15 * MINUTE);
    expect(await get('/api/sessions/s1')).toMatchObject({ excluded: false });
  });

  it('is a reader, by the id that a session has', async () => {
    const { reader } = await get<SessionDetail>('/api/sessions/s2');
    expect((await send('PUT', `/api/readers/${reader}/excluded`)).status).toBe(200);
    await count();
    expect(await readingOf('bob@example.com')).toBeUndefined();
    expect(await get(`/api/readers/${reader}`)).toMatchObject({ excluded: true, sessions: 0, readingTimeMs: 0 });
    expect((await send('DELETE', '/api/readers/bob%40example.com/excluded')).status).toBe(200);
    await count();
    expect(await readingOf('bob@example.com')).toBe(7 * MINUTE);
    expect(await get(`/api/readers/${reader}`)).toMatchObject({ excluded: false });
  });

  it('readers are listed page by page, those seen last first, and not once they are counted again', async () => {
    const listed = async (query = ''): Promise<ReaderList> => get(`/api/readers?kind=excluded${query}`);
    expect(await listed()).toEqual({ readers: [] });
    for (const email of ['ann%2Ba%40example.com', 'bob%40example.com'])
      expect((await send('PUT', `/api/readers/${email}/excluded`)).status).toBe(200);
    const { readers, next } = await listed('&pageSize=1');
    expect(readers.map(({ emailOfAccessor }) => emailOfAccessor)).toEqual(['bob@example.com']);
    const rest = await listed(`&pageSize=1&cursor=${next}`);
    expect(rest.readers.map(({ emailOfAccessor }) => emailOfAccessor)).toEqual(['ann+a@example.com']);
    expect(rest.next).toBeUndefined();
    for (const { id } of [...readers, ...rest.readers])
      expect((await send('DELETE', `/api/readers/${id}/excluded`)).status).toBe(200);
    expect(await listed()).toEqual({ readers: [] });
  });

  it.for(['/api/sessions/nobody/excluded', '/api/readers/nobody%40example.com/excluded'])(
    'must exist: %s',
    async (path) => {
      expect((await send('PUT', path)).status).toBe(404);
      expect((await send('DELETE', path)).status).toBe(404);
    },
  );
});
