// The contract of a session store, whatever the database. Everything is asynchronous: a store may run in another thread
// or on another machine. Times are epoch milliseconds on the server's clock.
import type { BlockedReaders } from './blocked-readers.ts';
import type { Codes } from './codes.ts';
import type { Erasures } from './erasures.ts';
import type { Invitations } from './invitations.ts';
import type { Leases } from './leases.ts';
import type { Notes } from './notes.ts';
import type { Outbox } from './outbox.ts';
import type { OwnerKeys } from './owner-keys.ts';
import type { Refusals } from './refusals.ts';
import type { Shared } from './shared.ts';
import type { Shares } from './shares.ts';
import type { SessionPage, SessionSearch } from './session-query.ts';
import type { NewSession, Session } from './session.ts';
import type { Totals } from './totals.ts';

export interface StoredSpan {
  readonly id: string;
  readonly page: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Received more than a minute after its end. */
  readonly isLate: boolean;
  /** The device's clock was wrong: the times were moved into the possible range. */
  readonly isClamped: boolean;
  /** The page said that it was over. Otherwise, its end is the last sign of it. */
  readonly isClosed: boolean;
  /** Delivered from the device's queue, after an attempt had failed. */
  readonly isReplayed: boolean;
  /** When the last delivery arrived that was replayed or late and prolonged it; null: none was, or it isn't known. */
  readonly receivedMs: number | null;
}

/** Evidence that a session is active: a span, or (original contract) a request without one. */
export interface Sighting {
  readonly session: string;
  readonly receivedMs: number;
  /** By how much the server's clock was last set back; undefined: it wasn't. */
  readonly setBackMs?: number | undefined;
  /** How long after this delivery the device means to send the next one. */
  readonly nextBeatMs?: number | undefined;
  /** If absent, the session was active at `receivedMs`. */
  readonly span?: {
    readonly id: string;
    readonly page: string;
    /** On the device's clock. */
    readonly startMs: number;
    /** On the device's clock. */
    readonly endMs: number;
    /** Server's clock minus device's clock when the delivery arrived. Includes the time in transit. */
    readonly offsetMs: number;
    /** The span is over. */
    readonly isClosed?: boolean | undefined;
    /** Delivered from the queue, after an attempt had failed. */
    readonly isReplayed?: boolean | undefined;
    /** The server has seen it itself (opened-file.ts): its times are the server's, and it says nothing about the device's clock. */
    readonly isByServer?: boolean | undefined;
  };
}

/** What decides whether a session's reader is let in. */
export interface Access extends Pick<Session, 'email' | 'identity' | 'invitationId' | 'accessEndedMs' | 'accessPages'> {
  /** The owner has taken the reader's access. */
  readonly isBlocked: boolean;
}

/** `too-many-spans`: the session already has {@link MAX_SESSION_SPANS} or {@link MAX_STRETCHES}. */
export type Recorded = 'stored' | 'unknown-session' | 'too-many-spans';

/** Per session. An honest reader makes a few hundred a day. */
export const MAX_SESSION_SPANS = 20_000;

/** Per session. One span can join all stretches, and that must not take long. */
export const MAX_STRETCHES = 4_000;

export interface SessionQuery {
  readonly email?: string | undefined;
  readonly pageSize: number;
  /** A cursor from an earlier page. */
  readonly after?: Cursor | undefined;
}

/** A session's position in the list, ordered newest first, then by id. */
export interface Cursor {
  readonly startMs: number;
  readonly id: string;
}

/**
 * Invariants of a store:
 * - The result of {@link record} or {@link createSession} is durable when its promise resolves, even after a power
 * failure.
 * - `endMs` of a session or span only grows; the start of a span never changes.
 * - Every span is on the server's clock and within `[start of its session, time of receipt]`.
 * - Recording a sighting again changes nothing.
 */
export interface SessionStore {
  readonly blockedReaders: BlockedReaders;
  readonly codes: Codes;
  readonly erasures: Erasures;
  readonly invitations: Invitations;
  readonly leases: Leases;
  readonly notes: Notes;
  readonly ownerKeys: OwnerKeys;
  readonly refusals: Refusals;
  /** Undefined: one server at a time uses the store. */
  readonly shared?: Shared | undefined;
  readonly shares: Shares;
  readonly totals: Totals;
  /**
   * The outbox of a consumer. From its first use on, every change waits in it until the consumer was told.
   * @param hasHistory false: a new consumer isn't told of sessions that don't change any more. True by default.
   */
  outboxOf(consumer: string, hasHistory?: boolean): Outbox;
  createSession(session: NewSession): Promise<void>;
  /** Records all sightings in one transaction. Results are in the same order. */
  record(sightings: readonly Sighting[]): Promise<readonly Recorded[]>;
  /**
   * Calls `listener` with the ids of sessions that this store has created or recorded, after each transaction. It doesn't learn of
   * other processes.
   * @returns stops it.
   */
  watch(listener: (ids: readonly string[]) => void): () => void;
  /** Revokes the session's access; does nothing if there is no such session. */
  endAccess(id: string, atMs: number): Promise<void>;
  /** Quick, for each request of a protected page; {@link findSession} waits for the owner's other queries. */
  findAccess(id: string): Promise<Access | undefined>;
  /** @param id or `ref` of the session. */
  findSession(id: string): Promise<Session | undefined>;
  /** Sessions of the owner's list, page by page. No session is missing or shown twice because others begin meanwhile. */
  searchSessions(search: SessionSearch): Promise<SessionPage>;
  /** Counts the sessions that are being read, a few seconds behind. */
  countReading(nowMs: number): Promise<number>;
  /** Newest first. */
  listSessions(query: SessionQuery): Promise<readonly Session[]>;
  /** Ordered by start. */
  listSpans(sessionId: string): Promise<readonly StoredSpan[]>;
  /**
   * A part of the spans, ordered by start, then by id.
   * @param after the span before it; undefined: from the first on.
   */
  listSpansAfter(
    sessionId: string,
    after: Pick<StoredSpan, 'startMs' | 'id'> | undefined,
    limit: number,
  ): Promise<readonly StoredSpan[]>;
  /**
   * Deletes sessions with all that belongs to them, each as a whole. What a device delivers for them later is refused, and
   * every consumer of the outbox is left a deletion.
   * @returns how many of them there were.
   */
  deleteSessions(ids: readonly string[], atMs: number): Promise<number>;
  /** Resolves when the database answers. */
  check(): Promise<void>;
  /** Closes at once. Call it only when no other call is pending. */
  close(): Promise<void>;
}
