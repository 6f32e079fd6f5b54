// A store with many sessions, as after two years.
import { DatabaseSync } from 'node:sqlite';
import { makeSessionId, makeSessionRef } from '../../../server/store/session-id.ts';
import { prepareFile } from '../../../server/store/sqlite/open.ts';

const YEARS_MS = 2 * 365 * 86_400_000;
const SPANS_EACH = 5;
const SPAN_MS = 60_000;

/** Sessions of the last two years, with five spans each. @returns the ids of `count` sessions of any age. */
export async function fillStore(file: string, sessions: number, count: number): Promise<readonly string[]> {
  await prepareFile(file);
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  const insertSession = database.prepare(
    `INSERT INTO sessions (id, ref, email, start_ms, end_ms, reading_ms, current_page, clock_offset_ms, span_count,
       last_start_ms, last_end_ms, last_span_start_ms, last_span_id, end_known_by)
     VALUES (?, ?, ?, ?, ?, ?, '/a/', 0, ?, ?, ?, ?, ?, 'goodbye')`,
  );
  const insertSpan = database.prepare(
    "INSERT INTO spans (session_id, id, page, start_ms, end_ms, is_late, is_clamped) VALUES (?, ?, '/a/', ?, ?, 0, 0)",
  );
  const firstMs = Date.now() - YEARS_MS;
  const chosen: string[] = [];
  for (let nth = 0; nth < sessions; nth++) {
    const startMs = firstMs + Math.floor((nth / sessions) * YEARS_MS);
    const id = makeSessionId(startMs);
    const readMs = SPANS_EACH * SPAN_MS;
    const lastId = `${nth}-${SPANS_EACH - 1}`;
    const email = `reader${nth % 1_000}@example.com`;
    const endMs = startMs + readMs;
    insertSession.run(
      id,
      makeSessionRef(startMs),
      email,
      startMs,
      endMs,
      readMs,
      SPANS_EACH,
      startMs,
      endMs,
      endMs - SPAN_MS,
      lastId,
    );
    for (let span = 0; span < SPANS_EACH; span++)
      insertSpan.run(id, `${nth}-${span}`, startMs + span * SPAN_MS, startMs + (span + 1) * SPAN_MS);
    if (nth % Math.max(1, Math.floor(sessions / count)) === 0 && chosen.length < count) chosen.push(id);
    if (nth % 250_000 === 249_999) console.info(`${nth + 1} of ${sessions} sessions`);
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  return chosen;
}
