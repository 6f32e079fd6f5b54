// The responses of the owner's API. Times are ISO 8601, UTC, with milliseconds. Shared by server, tests and the owner's
// pages.

/** One session: one submitted e-mail address. */
export interface SessionView {
  readonly id: string;
  /** Names the session in what third parties see. Unlike `id`, it doesn't let them write to it. */
  readonly ref: string;
  readonly emailOfAccessor: string;
  /**
   * How it is known whose the session is: the address was `typed`, as anybody could; its reader came by a personal link of the owner
   * (`invited`); or entered a code that was mailed to the address (`confirmed`).
   */
  readonly identity: 'typed' | 'invited' | 'confirmed';
  readonly sessionStartTime: string;
  /** The end of its last span; null before the first span. */
  readonly sessionEndTime: string | null;
  /** From start to end. */
  readonly durationMs: number;
  /** The union of its spans: two tabs side by side count once. Null: by the original contract, which doesn't measure it. */
  readonly readingTimeMs: number | null;
  /** The part of `readingTimeMs` that was delivered later, from the device's queue. */
  readonly offlineMs: number;
  /**
   * How the end is known: the page said `goodbye`; it was the last `tick` of a page that was cut off; a `beat` of the
   * original contract; or it was `bounded`, because the device's clock was wrong. Null before the first span.
   */
  readonly endKnownBy: 'goodbye' | 'tick' | 'beat' | 'bounded' | null;
  /**
   * `reading`: a span is open, and its device is not overdue. `away`: otherwise, up to 5 minutes. `ended`: later.
   * `opened`: ended, with less than 5 s visible. That was a link scanner, or a person who left at once.
   */
  readonly state: 'reading' | 'away' | 'ended' | 'opened';
  readonly currentPage: string | null;
  /** False: the reader chose that nothing is measured. */
  readonly measured: boolean;
  /** True if NocoDB shows this version of the session. */
  readonly mirrored: boolean;
  /** The owner keeps it out of the totals. */
  readonly excluded: boolean;
  /** When the reader or the owner ended its access, before it expired; null: neither did. */
  readonly accessEndedTime: string | null;
}

/** An unbroken stretch of reading. */
export interface SpanView {
  readonly id: string;
  readonly page: string;
  readonly start: string;
  readonly end: string;
  /** Delivered more than a minute after its end. */
  readonly late: boolean;
  /** Its end is known exactly, and not only by the last sign of it. */
  readonly closed: boolean;
  /** Delivered from the device's queue, after an attempt had failed. */
  readonly replayed: boolean;
  /** When the last delivery arrived that was replayed or late and prolonged it. Missing: none was, or it isn't known. */
  readonly receivedAt?: string;
  /** Set if the device's clock was wrong, so that the times were moved into the possible range. */
  readonly clamped?: true;
}

/** A page's own reading time. Pages are in the order in which they were first read. */
export interface PageView {
  readonly page: string;
  readonly readingTimeMs: number;
  /** A file, like a PDF, that the reader opened by itself. How long it was read is not known. */
  readonly opened?: true;
}

/** A session's spans without a gap of more than half an hour between them. */
export interface VisitView {
  readonly start: string;
  readonly end: string;
  /** Null: by the original contract, which doesn't measure it. */
  readonly readingTimeMs: number | null;
}

/** A session with what was read. */
export interface SessionDetail extends SessionView {
  /** The id of its reader, which can stand in URLs. */
  readonly reader: string;
  /** In order; the first one begins when the reader passed the gate. */
  readonly visits: readonly VisitView[];
  readonly pages: readonly PageView[];
  /** Ordered by start; the first 500. */
  readonly spans: readonly SpanView[];
  /** The cursor of the spans that follow; missing: those are all. */
  readonly next?: string;
}

/** A part of a list. */
interface Part {
  /** The cursor of the next part; missing: this is the last one. */
  readonly next?: string;
}

export interface SessionList extends Part {
  readonly sessions: readonly SessionView[];
}

export interface SpanList extends Part {
  readonly spans: readonly SpanView[];
}

/** A session in an export: without its id, which would let whoever gets the file write to it. */
export type ExportedSession = Omit<SessionView, 'id'>;

/** How many sessions had a reading time from `fromMs` to `toMs`. */
export interface BucketView {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sessions: number;
}

/** What one reader read, over all sessions. */
export interface ReaderView {
  /** Doesn't show the address, so it can stand in URLs. */
  readonly id: string;
  readonly emailOfAccessor: string;
  readonly sessions: number;
  /** Sessions with less than 5 s visible, which are not among `sessions`. */
  readonly opened: number;
  readonly visits: number;
  readonly readingTimeMs: number;
  /** Per session, within 5 %; null: none is known. */
  readonly medianReadingTimeMs: number | null;
  /** When the reader first passed the gate. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface ReaderList extends Part {
  readonly readers: readonly ReaderView[];
}

export interface ReaderDetail extends ReaderView, Part {
  /** The owner keeps the reader out of the totals: nothing of the reader is counted here. */
  readonly excluded: boolean;
  /** The owner has taken the reader's access: no session has access any more, and the gate no longer lets the address in. */
  readonly blocked: boolean;
  readonly distribution: readonly BucketView[];
  /** What was read, most first. */
  readonly pages: readonly {
    readonly id: string;
    readonly page: string;
    readonly sessions: number;
    readonly readingTimeMs: number;
  }[];
}

/** How one page was read, over all sessions. */
export interface PageTotalsView {
  readonly id: string;
  readonly page: string;
  readonly sessions: number;
  readonly readers: number;
  readonly readingTimeMs: number;
  /** Per session, within 5 %; null: none is known. */
  readonly medianReadingTimeMs: number | null;
  readonly lastRead: string;
  readonly distribution: readonly BucketView[];
}

export interface PageList extends Part {
  readonly pages: readonly PageTotalsView[];
}

export interface PageDetail extends PageTotalsView, Part {
  /** Who read it, most first. */
  readonly readBy: readonly {
    readonly id: string;
    readonly emailOfAccessor: string;
    readonly sessions: number;
    readonly readingTimeMs: number;
  }[];
}

/** Sessions count on the day on which they began, visits, too; reading when it took place. */
export interface DayView {
  /** Like `2026-11-24`, in the time zone of the answer. */
  readonly day: string;
  readonly start: string;
  readonly end: string;
  readonly sessions: number;
  readonly opened: number;
  readonly visits: number;
  /** Different readers who read or came on this day. */
  readonly readers: number;
  readonly readingTimeMs: number;
  readonly medianReadingTimeMs: number | null;
  /** Tries at the gate that were refused: no address, or none that `ALLOW` has. */
  readonly refused: number;
}

export interface DayList {
  /** In which the days begin and end, like `Europe/Berlin`. */
  readonly timeZone: string;
  /** Also those without reading; the last one first. */
  readonly days: readonly DayView[];
}

/** A link that shows a colleague what was read. */
export interface ShareView {
  readonly id: string;
  /** For whom it is, in the owner's words. */
  readonly label: string | null;
  /** It shows only what was read of pages below this path, which ends with a slash; null: everything. */
  readonly pages: string | null;
  readonly created: string;
  readonly expires: string;
  /** Within a minute; null: never. */
  readonly lastUsed: string | null;
}

/** Those that aren't revoked, the newest first. */
export interface ShareList {
  readonly shares: readonly ShareView[];
}

export interface CreatedShare extends ShareView {
  /** Is shown only once. */
  readonly link: string;
}

/** Who has logged in. */
export interface Viewer {
  /** `share`: by a link, which shows no addresses and changes nothing. */
  readonly role: 'owner' | 'share';
  /** A share's label, pages and end; null for the owner. */
  readonly label: string | null;
  readonly pages: string | null;
  readonly expires: string | null;
}

/** Everything that is kept about one reader. */
export interface ReaderExport {
  readonly emailOfAccessor: string;
  /** The owner keeps the reader out of the totals. */
  readonly excluded: boolean;
  /** Since when the owner has taken the reader's access; null: not. */
  readonly blockedSince: string | null;
  /** Tries at the gate that were refused; null: none lately. */
  readonly refused: Omit<RefusedView, 'emailOfAccessor'> | null;
  /** Personal links for this address, revoked and expired ones, too; the newest first. */
  readonly invitations: readonly {
    readonly pages: string | null;
    readonly created: string;
    readonly expires: string;
    readonly revoked: string | null;
    readonly opened: string | null;
  }[];
  /** Codes that were asked for, and not used yet; the newest first. */
  readonly codes: readonly { readonly page: string; readonly sent: string; readonly expires: string }[];
  /** Newest first. */
  readonly sessions: readonly RecordedSession[];
}

/** A session with all its visits and spans. */
export interface RecordedSession extends ExportedSession {
  readonly visits: readonly VisitView[];
  readonly spans: readonly SpanView[];
}

/** What an erasure would delete. */
export interface ErasurePreview {
  /** The reader's id. */
  readonly reader: string;
  readonly sessions: number;
  readonly spans: number;
  /** Personal links for this address. */
  readonly invitations: number;
  /** Codes that were asked for with it. */
  readonly codes: number;
  /** Tries with it that the gate has refused. */
  readonly refusals: number;
  /** The owner has taken the reader's access: it can be had again afterwards. */
  readonly blocked: boolean;
  /** The owner keeps the reader out of the totals. */
  readonly excluded: boolean;
}

/** What an erasure has deleted, and what is still to be done. */
export interface ErasureReceipt extends ErasurePreview {
  readonly erasedAt: string;
  /** Deleted data is overwritten in the store's files. False: something that was there before is still read; erase again later. */
  readonly scrubbed: boolean;
  readonly outstanding: readonly OutstandingErasureView[];
  /**
   * Ids of rows in NocoDB's table that hold the address, and that Stillhere didn't write: it leaves them alone. Null: NocoDB could not
   * be read. Missing: there is no NocoDB.
   */
  readonly otherRows?: readonly string[] | null;
}

/** Copies outside the store that are still to be deleted: of this erasure and of earlier ones. */
export interface OutstandingErasureView {
  /** `nocodb`: messages of a webhook or mail can't be deleted. */
  readonly consumer: string;
  readonly sessions: number;
}

export interface ErasureList {
  readonly outstanding: readonly OutstandingErasureView[];
}

/** An address that the gate has refused. */
export interface RefusedView {
  readonly emailOfAccessor: string;
  readonly tries: number;
  readonly firstTry: string;
  readonly lastTry: string;
}

/** Who was refused at the gate. */
export interface RefusalList {
  /** Addresses that were tried in the last 30 days, the latest first; at most 1,000. */
  readonly refused: readonly RefusedView[];
  /** Readers whose access the owner has taken, the latest first. */
  readonly blocked: readonly {
    /** The reader's id. */
    readonly id: string;
    readonly emailOfAccessor: string;
    readonly since: string;
  }[];
}

/** What readers see of themselves, while their access lasts. */
export interface OwnRecord extends Pick<ReaderExport, 'emailOfAccessor' | 'sessions'> {
  /**
   * Whose sessions are shown: of a typed address, as anybody could type it, only the `session` of this access; of an `invitation`, those
   * that came by it; of a confirmed address, all of the `reader`.
   */
  readonly shownBy: 'session' | 'invitation' | 'reader';
  /** How many days after the last visit a session is deleted; null: not by itself. */
  readonly keptDays: number | null;
  /** The owner's name; null: not given. */
  readonly owner: string | null;
  /** The reader can erase what is shown. */
  readonly mayErase: boolean;
}
