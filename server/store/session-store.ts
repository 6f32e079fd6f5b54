// What a session store promises, whatever database is behind it. Everything is asynchronous: a store may be a thread or
// a network away. Times are epoch milliseconds on the server's clock.
import type { Outbox } from './outbox.ts';
import type { Session } from './session.ts';

export interface StoredSpan {
  readonly id: string;
  readonly page: string;
  readonly startMs: number;
  readonly endMs: number;
  /** It came more than a minute after its end. */
  readonly isLate: boolean;
  /** The device's clock can't have been right: its times were bounded to what can be true. */
  readonly isClamped: boolean;
}

/** A session was seen: reading a span, or (the original contract) just there. */
export interface Sighting {
  readonly session: string;
  readonly receivedMs: number;
  /** Without one the session was seen at `receivedMs`. */
  readonly span?: {
    readonly id: string;
    readonly page: string;
    /** On the device's clock. */
    readonly startMs: number;
    /** On the device's clock. */
    readonly endMs: number;
    /** How far the server's clock was ahead of the device's when the delivery came: time in transit is in it. */
    readonly offsetMs: number;
  };
}

/** `too-many-spans`: the session has {@link MAX_SESSION_SPANS} or {@link MAX_STRETCHES}, and this would be one more. */
export type Recorded = 'stored' | 'unknown-session' | 'too-many-spans';

/** Spans of one session. An honest reader makes a few hundred a day. */
export const MAX_SESSION_SPANS = 20_000;

/** Stretches of one session's reading that lie apart: one span may join all of them, and must not take long. */
export const MAX_STRETCHES = 4_000;

export interface SessionQuery {
  readonly email?: string | undefined;
  readonly pageSize: number;
  /** From an earlier page. */
  readonly after?: Cursor | undefined;
}

/** The place of a session in the list: newest first, then by id. */
export interface Cursor {
  readonly startMs: number;
  readonly id: string;
}

/**
 * Always true of a store:
 * - what a promise of {@link record} or {@link createSession} says is durable when it resolves, power loss included;
 * - `endMs` of a session and of a span only grows; the start of a span stays what it was first;
 * - every span is on the server's clock, and within `[start of its session, time of its receipt]`;
 * - recording a sighting again changes nothing.
 */
export interface SessionStore {
  readonly outbox: Outbox;
  createSession(session: Pick<Session, 'id' | 'email' | 'startMs'>): Promise<void>;
  /** Records all sightings in one transaction; answers in their order. */
  record(sightings: readonly Sighting[]): Promise<readonly Recorded[]>;
  /** Takes the access of a session back; nothing happens to one that isn't there. */
  endAccess(id: string, atMs: number): Promise<void>;
  findSession(id: string): Promise<Session | undefined>;
  /** Newest first. */
  listSessions(query: SessionQuery): Promise<readonly Session[]>;
  /** In the order of their starts. */
  listSpans(sessionId: string): Promise<readonly StoredSpan[]>;
  /** Resolves when the database answers. */
  check(): Promise<void>;
  /** Waits for nothing: call it when no other call is under way. */
  close(): Promise<void>;
}
