// Counting is tried again where what it was based on has changed meanwhile, and only then. When that happens:
// test/server/totals.test.ts.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OUTDATED } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

/** Called before each transaction that changes the totals of readers. */
let atChange: () => void;
let store: SessionStore;
beforeEach(async () => {
  atChange = () => {};
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'), (run, some) => {
    if (some.some(({ sql }) => /INTO reader_totals|UPDATE reader_totals SET\s+"counted"/.test(sql))) atChange();
    return run();
  });
  await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
  const span = { id: 's', page: '/a/', startMs: NOW, endMs: NOW + 10_000, offsetMs: 0 };
  await store.record([{ session: 'ann', receivedMs: NOW + 20_000, span }]);
});
afterEach(() => store.close());

it.for([
  ['a row that is gone', Object.assign(new Error('gone'), { code: OUTDATED })],
  ['a row that is there now', new Error('UNIQUE constraint failed: reader_totals.id')],
  ['a row that is there now, in capitals', new Error('CONSTRAINT violated')],
] as const)('after %s it is tried again, four times', async ([, error]) => {
  let tries = 0;
  atChange = () => {
    if (++tries < 5) throw error;
  };
  await store.totals.counting.count(['ann']);
  expect(tries).toBe(5);
  expect(await store.totals.listReaders({ sort: 'last', pageSize: 10 })).toMatchObject([{ readingMs: 10_000 }]);
  tries = 0;
  atChange = () => {
    tries++;
    throw error;
  };
  await expect(store.deleteSessions(['ann'], NOW)).rejects.toBe(error);
  expect(tries).toBe(5);
});

it('where the disk fails it is not tried again', async () => {
  let tries = 0;
  const error = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR' });
  atChange = () => {
    tries++;
    throw error;
  };
  await expect(store.totals.counting.count(['ann'])).rejects.toBe(error);
  expect(tries).toBe(1);
});
