// What the owner's list of sessions can be asked for.
import type { State } from './session-state.ts';
import type { Session } from './session.ts';

/** Which sessions. All that is given must hold. Times are epoch milliseconds. */
export interface SessionFilter {
  readonly reader?: { readonly id: string } | { readonly email: string } | undefined;
  /** Only sessions in which this page was read. */
  readonly page?: { readonly id: string } | { readonly name: string } | undefined;
  /** Only sessions in which a page below this path was read. It ends with a slash. */
  readonly pagesBelow?: string | undefined;
  /** Only sessions that began then or later. */
  readonly fromMs?: number | undefined;
  /** Only sessions that began before. */
  readonly toMs?: number | undefined;
  readonly state?: State | undefined;
  /** A part of the address or of the current page, in any case. */
  readonly text?: string | undefined;
}

/** By start, by end or by reading time; the largest first. */
export type SessionSort = 'start' | 'end' | 'reading';

/** A place in a list: what it is sorted by, and the session's id. */
export interface SessionCursor {
  readonly value: number;
  readonly id: string;
}

export interface SessionSearch {
  readonly filter: SessionFilter;
  readonly sort: SessionSort;
  readonly pageSize: number;
  /** The `next` of an earlier page with the same sort. */
  readonly after?: SessionCursor | undefined;
  /** For the state. Epoch milliseconds. */
  readonly nowMs: number;
}

export interface SessionPage {
  readonly sessions: readonly Session[];
  /** Undefined: this was the last page. */
  readonly next: SessionCursor | undefined;
}

/**
 * Most sessions that a page looks at, where a filter has no index. So a page can have few sessions, or none, and still a next one: the
 * work for a page stays the same, however many sessions there are.
 */
export const MOST_LOOKED_AT = 2_000;
