// The totals by reader, page and day, as the owner's pages show them: at most 10 s behind the sessions. Only sessions that
// were read are in them; those that were only opened are counted apart, and excluded ones not at all.
import type { Statement } from './runner.ts';

/** Reading time per session. */
export interface Distribution {
  /** The lower median of those that are known, within 5 %; null: none is known. */
  readonly medianMs: number | null;
  /** In how many sessions it lies between `startMs` and `endMs`; ordered, without empty ones. */
  readonly buckets: readonly { readonly startMs: number; readonly endMs: number; readonly sessions: number }[];
}

export interface ReaderTotals extends Distribution {
  /** A keyed hash of the address. */
  readonly id: string;
  readonly email: string;
  readonly sessions: number;
  /** Sessions that were visible for less than 5 s. */
  readonly opened: number;
  readonly visits: number;
  readonly readingMs: number;
  /** When the first of all sessions of this reader began. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface PageTotals extends Distribution {
  /** A keyed hash of the page. */
  readonly id: string;
  readonly name: string;
  readonly sessions: number;
  readonly readers: number;
  readonly readingMs: number;
  readonly lastMs: number;
}

/** A page of one reader, or a reader of one page. */
export interface ReaderPageTotals {
  readonly readerId: string;
  readonly email: string;
  readonly pageId: string;
  readonly page: string;
  readonly sessions: number;
  readonly readingMs: number;
}

/** Sessions count on the day on which they began, and so does their median; visits, too; reading when it took place. */
export interface DayTotals extends Distribution {
  /** In the time zone that was asked for, like `2026-11-24`. */
  readonly day: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly sessions: number;
  readonly opened: number;
  readonly visits: number;
  /** Different readers who read or came on this day. */
  readonly readers: number;
  /** Tries at the gate that were refused. */
  readonly refused: number;
  readonly readingMs: number;
}

/** What lists can be sorted by; the largest first. */
export type TotalsSort = 'last' | 'reading' | 'sessions';

/** A place in a list: what it is sorted by, and the id. */
export interface TotalsCursor {
  readonly value: number;
  readonly id: string;
}

export interface TotalsQuery {
  readonly sort: TotalsSort;
  readonly pageSize: number;
  readonly after?: TotalsCursor | undefined;
}

export interface DaysQuery {
  /** Days that lie in it, at least in part. */
  readonly fromMs: number;
  readonly toMs: number;
  /** As in the tz database, like `Europe/Berlin`. */
  readonly timeZone: string;
}

export interface Totals {
  /** Readers who read something. */
  listReaders(query: TotalsQuery): Promise<readonly ReaderTotals[]>;
  /** Readers whose sessions were all only opened; those seen last first. */
  listOpened(query: Omit<TotalsQuery, 'sort'>): Promise<readonly ReaderTotals[]>;
  /** Readers who aren't counted; those seen last first. */
  listExcluded(query: Omit<TotalsQuery, 'sort'>): Promise<readonly ReaderTotals[]>;
  /** @param query `below`: only pages below this path, which ends with a slash. */
  listPages(query: TotalsQuery & { readonly below?: string | undefined }): Promise<readonly PageTotals[]>;
  /** The pages of a reader or the readers of a page, those with the most reading first. The cursor's id is that of the other. */
  listReaderPages(
    query: Omit<TotalsQuery, 'sort'> & ({ readonly readerId: string } | { readonly pageId: string }),
  ): Promise<readonly ReaderPageTotals[]>;
  /** Each day, also those without reading; the last one first. */
  listDays(query: DaysQuery): Promise<readonly DayTotals[]>;
  /** When the first session began; undefined: there is none. */
  findFirstMs(): Promise<number | undefined>;
  findReader(which: { readonly id: string } | { readonly email: string }): Promise<ReaderTotals | undefined>;
  findPage(which: { readonly id: string } | { readonly name: string }): Promise<PageTotals | undefined>;
  /** The id of a reader with this address, also if there is none. */
  readerIdOf(email: string): Promise<string>;
  /** The id of a page with this name, also if there is none. */
  pageIdOf(name: string): Promise<string>;
  /** Reading time by page; the largest first. */
  listPagesOfSession(sessionId: string): Promise<readonly { readonly page: string; readonly readingMs: number }[]>;

  /** Keeps the session, but doesn't count it; or counts it again. */
  setExcluded(sessionId: string, isExcluded: boolean): Promise<void>;
  /** Keeps the reader's sessions, also later ones, but doesn't count them; or counts them again. */
  setReaderExcluded(email: string, isExcluded: boolean): Promise<void>;
  listExcludedReaders(): Promise<readonly string[]>;
  /**
   * Takes sessions out of the totals. Call it only where they are deleted.
   * @param ids a few hundred at most.
   * @param deletions delete the sessions, in the same transaction.
   * @returns the number of rows that each of the deletions changed.
   */
  remove(ids: readonly string[], deletions: readonly Statement[]): Promise<readonly number[]>;

  /** For the job that counts (server/jobs/count-totals.ts). */
  readonly counting: Counting;
}

/** What is counted of a session is never lost or counted twice, whoever is killed when. */
export interface Counting {
  /** Counts what the sessions are now. Those that don't exist, or haven't changed, change nothing. */
  count(ids: readonly string[]): Promise<void>;
  /** Remembers that these have to be counted, for the process that does it. */
  remember(ids: readonly string[]): Promise<void>;
  /** Some of those that were remembered. */
  listRemembered(limit: number): Promise<readonly string[]>;
  /** To call before they are counted, so that what changes meanwhile is remembered again. */
  forget(ids: readonly string[]): Promise<void>;
  /**
   * Compares some sessions with what was counted of them, the newest first.
   * @param before only older ones; undefined: from the newest on.
   * @returns those that differ, and where to go on; undefined: that was all.
   */
  compare(before: string | undefined): Promise<{ readonly ids: readonly string[]; readonly next: string | undefined }>;
}
