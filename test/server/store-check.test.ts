// `stillhere store check`: finds nothing in what the store does by itself, whatever happens to sessions, and finds each thing that is
// changed by hand.
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../server/store/check/check-store.ts';
import { countAll } from '../helpers/counted-store.ts';
import { runCli } from '../helpers/run-cli.ts';
import { NOW } from '../helpers/store-contract.ts';
import { makeInlinePlace, makeSqlitePlace, type StorePlace } from '../helpers/store-place.ts';
import { play, step } from '../helpers/totals-life.ts';

const RUNS = 60;
const MINUTE = 60_000;

async function urlOf({ query }: StorePlace): Promise<string> {
  const [database] = await query('SELECT file FROM pragma_database_list');
  return `file:${String(database?.['file'])}`;
}

it('finds nothing, whatever readers do and the owner excludes and deletes, and wherever counting is killed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const place = await makeInlinePlace();
      const { store } = await play(place, steps);
      const url = await urlOf(place);
      const wrong = async (): Promise<unknown> =>
        (await checkStore(url)).lines.filter((line) => line.startsWith('WRONG'));
      expect(await wrong()).toEqual([]);
      await countAll(store);
      const { lines, isWell } = await checkStore(url);
      expect([isWell, lines.filter((line) => !line.startsWith('ok'))]).toEqual([true, []]);
      await store.close();
    }),
    { numRuns: RUNS },
  );
});

describe('in a store with two sessions', () => {
  let place: StorePlace;
  let url: string;
  beforeEach(async () => {
    place = await makeSqlitePlace();
    const store = await place.open();
    for (const id of ['ann', 'bob']) {
      await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
      const seen = (span: string, page: string, from: number, to: number) => ({
        session: id,
        receivedMs: NOW + 60 * MINUTE,
        span: { id: span, page, startMs: NOW + from * MINUTE, endMs: NOW + to * MINUTE, offsetMs: 0 },
      });
      await store.record([seen('a', '/a/', 0, 2), seen('b', '/b/', 1, 3), seen('c', '/a/', 5, 9)]);
    }
    await store.totals.counting.count(['ann', 'bob']);
    await store.close();
    url = await urlOf(place);
  });

  /** By hand. */
  const change = (sql: string): void => {
    const database = new DatabaseSync(url.replace('file:', ''), { defensive: false });
    database.exec(sql);
    database.close();
  };
  const run = async (...args: readonly string[]) => runCli(['store', 'check', ...args], { STORE_URL: url });

  it('prints what it has checked', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'ok       the file',
      'ok       all rows of sessions belong to one',
      'ok       2 sessions with 6 spans',
    ]);
    expect(stdout.match(/^ok .*: the sums of what was counted$/gm)).toHaveLength(8);
    expect(JSON.parse((await run(url, '--json')).stdout)).toMatchObject({ isWell: true });
  });

  it.for([
    ["UPDATE sessions SET span_count = 9 WHERE id = 'ann'", /session \S+: span_count is 9, but it has 3 spans/],
    ["UPDATE sessions SET stretch_count = 0 WHERE id = 'ann'", /: stretch_count is 0, but it has 1 stretches/],
    ["UPDATE sessions SET reading_ms = 1 WHERE id = 'ann'", /: reading_ms is 1, but its spans cover 420000/],
    ["UPDATE stretches SET end_ms = end_ms + 1 WHERE session_id = 'ann'", /: its stretches are not the union/],
    ["UPDATE sessions SET offline_ms = 420001 WHERE id = 'ann'", /: offline_ms is not a part of reading_ms/],
    ["UPDATE spans SET end_ms = start_ms - 1 WHERE session_id = 'ann'", /: a span ends before it starts/],
    ["UPDATE sessions SET start_ms = start_ms + 1 WHERE id = 'ann'", /: a span starts before the session/],
    ["UPDATE sessions SET end_ms = start_ms - 1 WHERE id = 'ann'", /: it ends before it starts/],
    ["UPDATE sessions SET end_ms = start_ms WHERE id = 'ann'", /: it ends before its last span/],
    ["UPDATE sessions SET last_span_id = 'b' WHERE id = 'ann'", /: last_span_id is not its last span/],
    ["UPDATE sessions SET is_measured = 0 WHERE id = 'ann'", /: it has spans, though its reader chose/],
    ["UPDATE counted_sessions SET visits = 2 WHERE session_id = 'ann'", /: what was counted of it is not what/],
    ["UPDATE counted_pages SET reading_ms = 1 WHERE session_id = 'ann'", /: what was counted of it is not what/],
    ["DELETE FROM counted_slots WHERE session_id = 'ann'", /: what was counted of it is not what/],
    ['UPDATE reader_totals SET visits = visits + 1', /reader_totals: 2 rows are not the sums/],
    ['UPDATE page_totals SET readers = 1', /page_totals: 2 rows are not the sums/],
    ['DELETE FROM reader_page_totals', /reader_page_totals: 4 rows are not the sums/],
    ['UPDATE slot_totals SET opened = 1', /slot_totals: \d rows are not the sums/],
    ['DELETE FROM slot_readers', /slot_readers: \d rows are not the sums/],
    ['UPDATE reader_buckets SET bucket = bucket + 1', /reader_buckets: 4 rows are not the sums/],
    ['UPDATE page_buckets SET sessions = 9', /page_buckets: 2 rows are not the sums/],
    ['DELETE FROM slot_buckets', /slot_buckets: 1 rows are not the sums/],
    ["PRAGMA foreign_keys = OFF; DELETE FROM sessions WHERE id = 'ann'", /3 rows of spans belong to no session/],
  ] as const)('finds what this does: %s', async ([sql, fault]) => {
    change(sql);
    const { isWell, lines } = await checkStore(url);
    expect(isWell).toBe(false);
    const wrong = lines.filter((line) => line.startsWith('WRONG')).join('\n');
    expect(wrong).toMatch(fault);
    // Neither the reader's address nor an id that lets somebody write to the session.
    expect(wrong).not.toMatch(/ann|bob/);
    const [, ref] = /session (\S+):/.exec(wrong) ?? [];
    if (ref === undefined) return;
    const [session] = await place.query(`SELECT id FROM sessions WHERE ref = '${ref}'`);
    expect(session).toEqual({ id: 'ann' });
  });

  it('finds a damaged file, and then exits with 1', async () => {
    change(`PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '"start_ms", "id"', '"end_ms", "id"')
      WHERE name = 'sessions_by_start'`);
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^WRONG {4}the file: /m);
  });

  it('changes nothing, and says where there is no store', async () => {
    const dump = async (): Promise<unknown> => [
      await place.query('SELECT * FROM sessions'),
      await place.query('SELECT * FROM notes'),
    ];
    const before = await dump();
    await checkStore(url);
    expect(await dump()).toEqual(before);
    const { code, stderr } = await run('file:nowhere/store.db');
    expect([code, stderr]).toEqual([
      1,
      'There is no store nowhere/store.db. A store has a URL like file:data/stillhere.db.\n',
    ]);
  });

  it('asks for the server of this version where the tables are of an earlier one', async () => {
    await place.query("DELETE FROM kysely_migration WHERE name = '016-blocked-and-refused'");
    await expect(checkStore(url)).rejects.toThrow(
      / is of an earlier version\. Start the server of this version once, which updates it\.$/,
    );
  });
});
