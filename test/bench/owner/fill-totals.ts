// The totals of a store that fill-store.ts made, all at once: the job that counts would take minutes.
import { DatabaseSync } from 'node:sqlite';
import { bucketOf } from '../../../server/store/histogram.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { SLOT_MS } from '../../../server/store/time-slots.ts';

/** @param file of a store whose sessions are all of the page `/a/`, and of the same length. */
export async function fillTotals(file: string): Promise<void> {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; CREATE TEMP TABLE ids (email PRIMARY KEY, id)');
  const store = await openStore(`file:${file}`);
  const emails = database.prepare('SELECT DISTINCT email FROM sessions').all();
  const add = database.prepare('INSERT INTO ids (email, id) VALUES (?, ?)');
  for (const { email } of emails) add.run(String(email), await store.totals.readerIdOf(String(email)));
  const page = await store.totals.pageIdOf('/a/');
  await store.close();
  const lengthMs = Number(database.prepare('SELECT reading_ms FROM sessions LIMIT 1').get()?.['reading_ms']);
  const bucket = bucketOf(lengthMs);
  database.exec(`
    BEGIN;
    INSERT INTO counted_sessions (session_id, reader_id, revision, counted_as, reading_ms, visits, last_ms, start_slot)
      SELECT sessions.id, ids.id, revision, 'read', reading_ms, 1, end_ms, start_ms / ${SLOT_MS}
      FROM sessions JOIN ids ON ids.email = sessions.email ORDER BY sessions.id;
    INSERT INTO counted_pages SELECT session_id, '${page}', reading_ms, last_ms FROM counted_sessions;
    INSERT INTO counted_slots SELECT session_id, start_slot, reading_ms, 1 FROM counted_sessions;
    INSERT INTO reader_totals (id, email, version, counted, opened, visits, last_ms, sessions, reading_ms)
      SELECT reader_id, email, 1, count(*), 0, count(*), max(last_ms), count(*), sum(reading_ms)
      FROM counted_sessions JOIN ids ON ids.id = reader_id GROUP BY reader_id;
    INSERT INTO page_totals (id, name, readers, last_ms, sessions, reading_ms)
      SELECT '${page}', '/a/', count(*), max(last_ms), sum(sessions), sum(reading_ms) FROM reader_totals;
    INSERT INTO reader_page_totals (reader_id, page_id, sessions, reading_ms)
      SELECT id, '${page}', sessions, reading_ms FROM reader_totals;
    INSERT INTO slot_totals (slot, version, opened, visits, sessions, reading_ms)
      SELECT start_slot, start_slot, 0, count(*), count(*), sum(reading_ms) FROM counted_sessions GROUP BY start_slot;
    INSERT INTO slot_readers SELECT start_slot, reader_id, count(*) FROM counted_sessions GROUP BY start_slot, reader_id;
    INSERT INTO reader_buckets SELECT id, ${bucket}, sessions FROM reader_totals;
    INSERT INTO page_buckets SELECT id, ${bucket}, sessions FROM page_totals;
    INSERT INTO slot_buckets SELECT slot, ${bucket}, sessions FROM slot_totals;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE)`);
  database.close();
}
