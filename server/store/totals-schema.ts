// The tables of the totals, as types for Kysely: what was counted of each session, so that exactly this can be taken away
// again, and the totals themselves. totals-migration.ts creates them.

/** Sums over sessions that were read; `opened` counts the others. */
interface Sums {
  sessions: number;
  reading_ms: number;
}

/** A logarithmic histogram (histogram.ts): the number of reading times in a bucket. */
interface BucketOf {
  bucket: number;
  sessions: number;
}

export interface TotalsTables {
  /** What was counted of a session (contribution.ts). */
  counted_sessions: {
    session_id: string;
    reader_id: string;
    /** The revision that was counted; 0: only a part of it. */
    revision: number;
    counted_as: 'read' | 'opened' | 'excluded';
    reading_ms: number | null;
    visits: number;
    last_ms: number;
    start_slot: number;
  };
  /** What was counted of a session's pages. Rows of zeros count nothing. */
  counted_pages: {
    session_id: string;
    page_id: string;
    reading_ms: number;
    last_ms: number;
  };
  /** What was counted of a session by quarter of an hour. Rows of zeros count nothing. */
  counted_slots: {
    session_id: string;
    slot: number;
    reading_ms: number;
    visits: number;
  };
  /** Sessions that changed, and that no process has begun to count. */
  uncounted_sessions: {
    session_id: string;
  };
  /** Readers who aren't counted. */
  excluded_readers: {
    email: string;
  };
  reader_totals: Sums & {
    id: string;
    email: string;
    /** Changes with everything that is counted of this reader. Two processes can't count the same. */
    version: number;
    /** Number of rows in `counted_sessions`. */
    counted: number;
    opened: number;
    visits: number;
    last_ms: number;
  };
  page_totals: Sums & {
    id: string;
    /** One of its names in the record. */
    name: string;
    readers: number;
    last_ms: number;
  };
  reader_page_totals: Sums & {
    reader_id: string;
    page_id: string;
  };
  slot_totals: Sums & {
    slot: number;
    /** Random. Changes with everything that is counted in the slot, also in the two tables below. */
    version: number;
    opened: number;
    visits: number;
  };
  /** Tries at the gate that were refused. */
  refused_slots: {
    slot: number;
    refused: number;
  };
  /** Who read in a slot. */
  slot_readers: {
    slot: number;
    reader_id: string;
    sessions: number;
  };
  reader_buckets: BucketOf & { reader_id: string };
  page_buckets: BucketOf & { page_id: string };
  /** By the slot in which the session began. */
  slot_buckets: BucketOf & { slot: number };
}
