// What a store needs from a database, beyond statements that are the same for all of them.
import type { Erasures } from './erasures.ts';
import type { Runner, Statement } from './runner.ts';
import type { SessionStore } from './session-store.ts';

/** Of a row that belongs to a session, the columns that its table's key begins with. */
export interface SessionKey {
  readonly session_id: string;
  /** Where the tables have it (bucket.ts). */
  readonly bucket?: number;
}

export interface Database
  extends Pick<SessionStore, 'record' | 'findAccess' | 'shared' | 'close'>, Pick<Erasures, 'scrub'> {
  readonly writer: Runner;
  /** For the owner's queries: it never delays the writer. */
  readonly reader: Runner;
  /** Registers a consumer of the outbox: every later change is added to it. */
  addConsumer(name: string, hasHistory: boolean): Promise<void>;
  sessionKey(sessionId: string): SessionKey;
  /**
   * What a transaction begins with, so that until its end the sessions stay (`stay`), don't change either (`change`), or are not looked at
   * by such a transaction (`delete`). Empty where one transaction at a time writes.
   */
  lockSessions(ids: readonly string[], reason: 'stay' | 'change' | 'delete'): readonly Statement[];
}
