// A filter without an index looks at 2,000 sessions for a page, so a page can be empty though others follow.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MOST_LOOKED_AT, type SessionCursor, type SessionSearch } from '../../server/store/session-query.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;
const COUNT = MOST_LOOKED_AT + 500;

const idOf = (nth: number): string => String(nth).padStart(5, '0');

let store: SessionStore;
beforeAll(async () => {
  const file = join(await makeMemoryFolder(), 'test.db');
  store = await openInlineStore(file);
  // The store would take seconds to make them.
  const database = new DatabaseSync(file);
  database.exec('BEGIN');
  const add = database.prepare('INSERT INTO sessions (id, email, start_ms, ref) VALUES (?, ?, ?, ?)');
  for (let nth = 0; nth < COUNT; nth++)
    add.run(idOf(nth), nth % 100 === 50 ? 'zoe@example.com' : 'ann@example.com', NOW + nth * MINUTE, `ref-${nth}`);
  database.exec('COMMIT');
  database.close();
});
afterAll(() => store.close());

const placeOf = (nth: number): SessionCursor => ({ value: NOW + nth * MINUTE, id: idOf(nth) });

async function search(
  more: Partial<SessionSearch>,
): Promise<{ found: readonly number[]; next: SessionCursor | undefined }> {
  const { sessions, next } = await store.searchSessions({
    filter: {},
    sort: 'start',
    pageSize: 50,
    nowMs: NOW + COUNT * MINUTE,
    ...more,
  });
  return { found: sessions.map(({ id }) => Number(id)), next };
}

it('a page looks no further than 2,000 sessions, and the next goes on there', async () => {
  const filter = { text: 'zoe' };
  const first = await search({ filter });
  expect(first.found).toEqual(Array.from({ length: 20 }, (_, nth) => 2_450 - nth * 100));
  expect(first.next).toEqual(placeOf(COUNT - MOST_LOOKED_AT));
  const second = await search({ filter, after: first.next });
  expect(second).toEqual({ found: [450, 350, 250, 150, 50], next: undefined });
});

it('a page that is full before ends with its last session', async () => {
  const first = await search({ filter: { text: 'ZOE' }, pageSize: 20 });
  expect(first.next).toEqual(placeOf(COUNT - MOST_LOOKED_AT));
  const short = await search({ filter: { text: 'ZOE' }, pageSize: 19 });
  expect(short.next).toEqual(placeOf(650));
  expect(await search({ filter: { text: 'ZOE' }, pageSize: 19, after: short.next })).toEqual({
    found: [550, 450, 350, 250, 150, 50],
    next: undefined,
  });
});

it('a page without a match is empty, and still leads on', async () => {
  expect(await search({ filter: { text: 'nobody' } })).toEqual({ found: [], next: placeOf(COUNT - MOST_LOOKED_AT) });
});

it('an order or a filter with an index looks at no more than it shows', async () => {
  expect((await search({})).next).toEqual(placeOf(COUNT - 50));
  const zoe = await search({ filter: { reader: { email: 'zoe@example.com' } } });
  expect([zoe.found.length, zoe.next]).toEqual([25, undefined]);
});

it('a time to begin at stays, whatever else is asked for', async () => {
  const fromMs = NOW + 2_350 * MINUTE;
  expect(await search({ filter: { text: 'zoe', fromMs } })).toEqual({ found: [2_450, 2_350], next: undefined });
  const toMs = NOW + 2_350 * MINUTE;
  const until = await search({ filter: { text: 'zoe', toMs } });
  expect([until.found[0], until.next]).toEqual([2_250, placeOf(350)]);
  expect((await search({ filter: { text: 'zoe', toMs }, after: until.next })).found).toEqual([250, 150, 50]);
});

it('a place that lies after the time to end at is no reason to show what began later', async () => {
  const filter = { toMs: NOW + 450 * MINUTE };
  for (const after of [placeOf(700), { value: filter.toMs, id: 'z' }])
    expect((await search({ filter, after, pageSize: 2 })).found).toEqual([449, 448]);
});
