// What the totals must be: the sums over what was counted of sessions, as SQL for both databases.
import { LOG_RATIO } from '../histogram.ts';
import type { TotalsTables } from '../totals-schema.ts';

export interface ExpectedTotals {
  readonly table: keyof TotalsTables;
  readonly key: readonly string[];
  readonly sums: readonly string[];
  /** A query with these columns. */
  readonly query: string;
}

const isRead = "CASE WHEN counted_as = 'read' THEN 1 ELSE 0 END";
const isOpened = "CASE WHEN counted_as = 'opened' THEN 1 ELSE 0 END";
/** As in histogram.ts. No whole number is so near to the end of a bucket that rounding could matter, but 1, and that is exact. */
const bucketOf = (column: string): string => `CAST(floor(ln(${column}) / ${LOG_RATIO}) AS bigint)`;
const pages = `(SELECT session_id, page_id, reading_ms, last_ms FROM counted_pages WHERE reading_ms > 0) AS page`;
const withReader = 'JOIN counted_sessions AS session ON session.session_id';

export const EXPECTED_TOTALS: readonly ExpectedTotals[] = [
  {
    table: 'reader_totals',
    key: ['id'],
    sums: ['counted', 'sessions', 'opened', 'visits', 'reading_ms', 'last_ms'],
    query: `SELECT reader_id AS id, count(*) AS counted, sum(${isRead}) AS sessions, sum(${isOpened}) AS opened, sum(visits) AS visits,
      sum(coalesce(reading_ms, 0)) AS reading_ms, max(last_ms) AS last_ms FROM counted_sessions GROUP BY reader_id`,
  },
  {
    table: 'page_totals',
    key: ['id'],
    sums: ['sessions', 'readers', 'reading_ms', 'last_ms'],
    query: `SELECT page.page_id AS id, count(*) AS sessions, count(DISTINCT session.reader_id) AS readers,
      sum(page.reading_ms) AS reading_ms, max(page.last_ms) AS last_ms
      FROM ${pages} ${withReader} = page.session_id GROUP BY page.page_id`,
  },
  {
    table: 'reader_page_totals',
    key: ['reader_id', 'page_id'],
    sums: ['sessions', 'reading_ms'],
    query: `SELECT session.reader_id, page.page_id, count(*) AS sessions, sum(page.reading_ms) AS reading_ms
      FROM ${pages} ${withReader} = page.session_id GROUP BY session.reader_id, page.page_id`,
  },
  {
    table: 'slot_totals',
    key: ['slot'],
    sums: ['sessions', 'opened', 'visits', 'reading_ms'],
    query: `SELECT slot, sum(sessions) AS sessions, sum(opened) AS opened, sum(visits) AS visits, sum(reading_ms) AS reading_ms FROM (
      SELECT start_slot AS slot, ${isRead} AS sessions, ${isOpened} AS opened, 0 AS visits, 0 AS reading_ms FROM counted_sessions
      UNION ALL SELECT slot, 0, 0, visits, reading_ms FROM counted_slots) AS parts GROUP BY slot`,
  },
  {
    table: 'slot_readers',
    key: ['slot', 'reader_id'],
    sums: ['sessions'],
    query: `SELECT part.slot, session.reader_id, count(*) AS sessions FROM counted_slots AS part ${withReader} = part.session_id
      WHERE part.reading_ms > 0 OR part.visits > 0 GROUP BY part.slot, session.reader_id`,
  },
  {
    table: 'reader_buckets',
    key: ['reader_id', 'bucket'],
    sums: ['sessions'],
    query: `SELECT reader_id, ${bucketOf('reading_ms')} AS bucket, count(*) AS sessions FROM counted_sessions
      WHERE reading_ms IS NOT NULL GROUP BY 1, 2`,
  },
  {
    table: 'page_buckets',
    key: ['page_id', 'bucket'],
    sums: ['sessions'],
    query: `SELECT page_id, ${bucketOf('reading_ms')} AS bucket, count(*) AS sessions FROM ${pages} GROUP BY 1, 2`,
  },
  {
    table: 'slot_buckets',
    key: ['slot', 'bucket'],
    sums: ['sessions'],
    query: `SELECT start_slot AS slot, ${bucketOf('reading_ms')} AS bucket, count(*) AS sessions FROM counted_sessions
      WHERE reading_ms IS NOT NULL GROUP BY 1, 2`,
  },
];
