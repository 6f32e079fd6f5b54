// Exports of sessions: the same filters as the list, safe in a spreadsheet, and as slow as their reader.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GiveWay } from '../../server/sessions/give-way.ts';
import { exportSessions } from '../../server/sessions/export-sessions.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const AUTHORIZATION = { authorization: `Bearer ${OWNER_TOKEN}` };
let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

function get(path: string): Promise<Answer> {
  return app.send('GET', path, AUTHORIZATION);
}

async function makeSessions(count: number): Promise<void> {
  for (let nth = 0; nth < count; nth++)
    await app.store.createSession({ id: `s${nth}`, email: `r${nth % 2}@example.com`, startMs: NOW + nth });
}

it('CSV has stable columns, and no cell that a spreadsheet takes for a formula', async () => {
  await app.store.createSession({ id: 'evil', email: `=cmd|'/c calc'!a0@example.com`, startMs: NOW });
  app.clock.now = NOW + 60_000;
  await app.deliver([makeSpan({ session: 'evil', page: '/a,"b"/', closed: true })]);
  const { headers, body } = await get('/api/sessions.csv');
  expect([headers['content-type'], headers['content-disposition'], headers['cache-control']]).toEqual([
    'text/csv; charset=utf-8; header=present',
    'attachment; filename="sessions.csv"',
    'no-store',
  ]);
  const [headings, row, ...rest] = body.split('\r\n');
  expect(headings).toBe(
    'ref,emailOfAccessor,sessionStartTime,sessionEndTime,durationMs,readingTimeMs,offlineMs,endKnownBy,state,currentPage,mirrored,excluded,identity,measured,accessEndedTime',
  );
  expect(row?.replace(/^[0-9a-v]{23},/, '')).toBe(
    `'=cmd|'/c calc'!a0@example.com,2026-11-24T08:00:00.000Z,2026-11-24T08:01:00.000Z,60000,60000,0,goodbye,away,"/a,""b""/",false,false,typed,true,`,
  );
  expect(rest).toEqual(['']);
});

it.for(['=', '+', '-', '@', '\t', '\r'])('a cell that begins with %j is text', async (first) => {
  await app.store.createSession({ id: 's', email: `${first}1@example.com`, startMs: NOW });
  const { body } = await get('/api/sessions.csv');
  expect(body.split(',').find((cell) => cell.includes('1@example.com'))).toMatch(/^"?'/);
});

it('NDJSON has the fields of the list, without the id, which lets its holder write to the session', async () => {
  await makeSessions(600);
  const { headers, body } = await get('/api/sessions.ndjson?email=r1@example.com&from=2026-11-24T08:00:00.300Z');
  expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
  const lines = body.trimEnd().split('\n');
  const list = await get('/api/sessions?pageSize=500&email=r1@example.com&from=2026-11-24T08:00:00.300Z');
  const { sessions } = JSON.parse(list.body) as { sessions: { id: string }[] };
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
    sessions.map((session) => ({ ...session, id: undefined })),
  );
  expect(lines).toHaveLength(150);
});

it('an empty export has headings only, and nonsense gets a 400', async () => {
  expect((await get('/api/sessions.csv')).body.split('\r\n')).toHaveLength(2);
  expect((await get('/api/sessions.ndjson')).body).toBe('');
  const { status, body } = await get('/api/sessions.csv?pageSize=5');
  expect([status, (JSON.parse(body) as { error: string }).error]).toEqual([
    400,
    'pageSize: must be one of email, reader, page, from, to, state, q, sort',
  ]);
});

it('reads no further than its reader', async () => {
  let searches = 0;
  const store = {
    searchSessions: async () => {
      searches++;
      return { sessions: await app.store.listSessions({ pageSize: 1 }), next: { value: 1, id: 'x' } };
    },
  };
  await makeSessions(1);
  const parts = exportSessions(store, { filter: {}, sort: 'start' }, 'ndjson', NOW);
  await parts.next();
  await parts.next();
  // Two were taken, and one is read ahead.
  expect(searches).toBe(3);
  await parts.return(undefined);
});

it('rests between its parts while deliveries arrive', async () => {
  await makeSessions(1);
  const rests: number[] = [];
  const giveWay = { isBusy: true, rest: async (workMs: number) => void rests.push(workMs) };
  let read = 0;
  const store = {
    searchSessions: async () => ({ sessions: [], next: read++ < 3 ? { value: 1, id: 'x' } : undefined }),
  };
  for await (const _ of exportSessions(store, { filter: {}, sort: 'start' }, 'csv', NOW, giveWay));
  expect(rests).toHaveLength(3);
});

it('deliveries are expected soon after others, and only then', async () => {
  const giveWay = new GiveWay(app.store);
  expect(giveWay.isBusy).toBe(false);
  await giveWay.rest(60_000);
  await makeSessions(1);
  expect(giveWay.isBusy).toBe(true);
});
