// How SQLite reads what the owner's pages ask for, by call of the API: every statement begins at a place in an index or a key, or reads
// an index from its end, and only what belongs to one session, page or day is sorted. query-plans.test.ts has the list of sessions
// with each order and filter. Live events have no data, so they read nothing.
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeOwnerKey } from '../../server/owner/owner-key.ts';
import type { Statement } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeSpan, NOW, startTestApp, type TestApp } from '../helpers/test-app.ts';

let folder: string;
let store: SessionStore;
let app: TestApp;
let database: DatabaseSync;
let cookie: string;
let names: Readonly<Record<string, string>>;
let statements: Statement[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-plans-'));
  const file = join(folder, 'test.db');
  store = await openInlineStore(file, (run, some) => {
    statements.push(...some);
    return run();
  });
  app = await startTestApp({}, () => store);
  await store.createSession({ id: 'ann-session', email: 'ann@example.com', startMs: NOW });
  app.clock.now = NOW + 120_000;
  await app.deliver([makeSpan()]);
  await store.totals.counting.count(['ann-session']);
  const [page] = await store.totals.listPages({ sort: 'last', pageSize: 1 });
  const session = await store.findSession('ann-session');
  names = {
    ref: session?.ref ?? '',
    reader: await store.totals.readerIdOf('ann@example.com'),
    page: page?.id ?? '',
  };
  cookie = `stillhere_owner=${await makeOwnerKey(store.ownerKeys, 'login', app.clock.now)}`;
  database = new DatabaseSync(file, { readOnly: true });
});
afterAll(async () => {
  database.close();
  await app.close();
  await store.close();
  await rm(folder, { recursive: true });
});

function planOf({ sql, parameters }: Statement): string {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(parameters as readonly SQLInputValue[]));
  return rows.map(({ detail }) => String(detail)).join('; ');
}

const LOGIN = 'SEARCH owner_keys USING PRIMARY KEY (hash=?)';
const TOLD = 'SEARCH told USING PRIMARY KEY (consumer=? AND session_id=?) LEFT-JOIN';
const FIRST_SEEN = 'CORRELATED SCALAR SUBQUERY 1; SEARCH sessions USING COVERING INDEX sessions_by_email (email=?)';
const SESSION = `MULTI-INDEX OR; INDEX 1; SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?); INDEX 2; SEARCH sessions USING INDEX sessions_by_ref (ref=?); ${TOLD}`;
const BUCKETS_OF_READERS = 'SEARCH reader_buckets USING PRIMARY KEY (reader_id=?)';
const BUCKETS_OF_PAGES = 'SEARCH page_buckets USING PRIMARY KEY (page_id=?)';
const DAY = 'USING PRIMARY KEY (slot>? AND slot<?)';
const SUMS = `SEARCH slot_totals ${DAY}; SCALAR SUBQUERY 1; SEARCH refused_slots ${DAY}`;

it.for([
  ['/api/sessions', [`SCAN sessions USING INDEX sessions_by_start; ${TOLD}`]],
  [
    '/api/sessions?state=reading',
    ['SCAN sessions USING COVERING INDEX sessions_by_start', `SCAN sessions USING INDEX sessions_by_start; ${TOLD}`],
  ],
  [
    '/api/sessions?reader={reader}',
    [
      `SEARCH reader_totals USING PRIMARY KEY (id=?); ${FIRST_SEEN}`,
      BUCKETS_OF_READERS,
      `SEARCH sessions USING INDEX sessions_by_email (email=?); ${TOLD}`,
    ],
  ],
  ['/api/sessions/{ref}', [SESSION, 'SEARCH spans USING PRIMARY KEY (session_id=? AND id>?)']],
  [
    '/api/sessions/{ref}/spans',
    [SESSION, 'SEARCH spans USING PRIMARY KEY (session_id=?); USE TEMP B-TREE FOR ORDER BY'],
  ],
  ['/api/readers', [`SCAN reader_totals USING INDEX readers_by_last; ${FIRST_SEEN}`, BUCKETS_OF_READERS]],
  ['/api/readers?kind=opened', [`SCAN reader_totals USING INDEX readers_opened_by_last; ${FIRST_SEEN}`]],
  [
    '/api/readers/{reader}',
    [
      `SEARCH reader_totals USING PRIMARY KEY (id=?); ${FIRST_SEEN}`,
      BUCKETS_OF_READERS,
      // All of them: the owner adds each by hand.
      'SCAN excluded_readers',
      'SEARCH reader USING PRIMARY KEY (id=?); SEARCH pair USING INDEX reader_pages_by_reading (reader_id=?); SEARCH page USING PRIMARY KEY (id=?)',
      'SEARCH blocked_readers USING PRIMARY KEY (email=?)',
    ],
  ],
  ['/api/pages', ['SCAN page_totals USING INDEX pages_by_last', BUCKETS_OF_PAGES]],
  [
    '/api/pages/{page}',
    [
      'SEARCH page_totals USING PRIMARY KEY (id=?)',
      BUCKETS_OF_PAGES,
      'SEARCH page USING PRIMARY KEY (id=?); SEARCH pair USING INDEX page_readers_by_reading (page_id=?); SEARCH reader USING PRIMARY KEY (id=?)',
    ],
  ],
  [
    '/api/days?from=2026-11-24&to=2026-11-25',
    [
      SUMS,
      `USE TEMP B-TREE FOR count(DISTINCT); SEARCH slot_readers ${DAY}`,
      `SEARCH slot_buckets ${DAY}; USE TEMP B-TREE FOR GROUP BY`,
      SUMS,
    ],
  ],
  // The second time, nothing has changed.
  ['/api/days?from=2026-11-24&to=2026-11-25', [SUMS]],
] as const)('GET %s', async ([path, plans]) => {
  const url = path.replace(/\{(\w+)\}/, (_, name: string) => names[name] ?? '');
  statements = [];
  const { status } = await app.send('GET', url, { cookie });
  expect(status).toBe(200);
  expect(statements.map(planOf)).toEqual([LOGIN, ...plans]);
});

it('GET /api/live', async () => {
  statements = [];
  const aborted = new AbortController();
  const response = await fetch(`${app.url}/api/live`, { headers: { cookie }, signal: aborted.signal });
  const events = response.body?.getReader();
  await events?.read();
  await app.deliver([makeSpan({ end: NOW + 90_000 })]);
  expect(Buffer.from((await events?.read())?.value ?? []).toString()).toMatch(/^event: changed/);
  aborted.abort();
  expect(statements.map(planOf)).toEqual([LOGIN]);
});
