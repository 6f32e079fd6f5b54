// The tables of a store, as types for Kysely. migrations.ts creates them.
import type { Generated } from 'kysely';
import type { EndKnownBy, Identity } from './session.ts';
import type { TotalsTables } from './totals-schema.ts';

export interface Tables extends TotalsTables {
  sessions: {
    id: string;
    email: string;
    start_ms: number;
    end_ms: number | null;
    ref: string;
    identity: Generated<Identity>;
    invitation_id: string | null;
    /** 0: the reader chose that nothing is measured. */
    is_measured: Generated<number>;
    /** The only path prefix that the reader has access to; null: all of them. */
    access_pages: string | null;
    reading_ms: Generated<number>;
    /** The part of `reading_ms` that was delivered later, from the device's queue. */
    offline_ms: Generated<number>;
    end_known_by: EndKnownBy | null;
    /** How long after its last delivery the device meant to send the next one. */
    next_beat_ms: number | null;
    current_page: string | null;
    /** Server's clock minus device's clock; null before the first delivery. */
    clock_offset_ms: number | null;
    /** The offset before the clock was last set; null: never set. */
    former_offset_ms: number | null;
    span_count: Generated<number>;
    /** Number of rows in `stretches`. */
    stretch_count: Generated<number>;
    /** The last stretch of its reading and the latest of the spans that end with it; null before the first span. */
    last_start_ms: number | null;
    last_end_ms: number | null;
    last_span_start_ms: number | null;
    last_span_id: string | null;
    access_ended_ms: number | null;
    /** 1: kept, but not counted in the totals. */
    is_excluded: Generated<number>;
    /** Increases with every change that the owner sees. */
    revision: Generated<number>;
  };
  /** The union of a session's spans, except its last stretch. Stretches neither overlap nor touch. */
  stretches: {
    session_id: string;
    start_ms: number;
    end_ms: number;
  };
  /** The consumers of the outbox. */
  consumers: {
    name: string;
  };
  /** What a consumer has to be told. One row per consumer and session. */
  outbox: {
    consumer: string;
    session_id: string;
    /** When the first change came that the consumer wasn't told; if it postponed the row, when it looks again. */
    due_ms: number;
    /** `deleted`: the session is gone, and what the consumer made outside is to be deleted. */
    kind: 'changed' | 'deleted';
    /** Of a deletion: as in `told` before. Null for a change. */
    record_id: string | null;
  };
  /** What a consumer was told. */
  told: {
    consumer: string;
    session_id: string;
    revision: Generated<number>;
    /** Id of the record outside; null: none; empty: its creation is in doubt. */
    record_id: string | null;
    /** What else the consumer keeps; only the consumer can read it. */
    state: string | null;
  };
  /** Logins of the owner, and codes for them (owner-keys.ts). */
  owner_keys: {
    /** SHA-256, base64url. */
    hash: string;
    kind: 'code' | 'login';
    until_ms: number;
  };
  /** Links that show a colleague what was read (shares.ts). */
  shares: {
    id: string;
    /** Of its token. SHA-256, base64url. */
    hash: string;
    label: string | null;
    pages: string | null;
    created_ms: number;
    until_ms: number;
    revoked_ms: number | null;
    last_used_ms: number | null;
  };
  /** Readers from whom the owner has taken their access (blocked-readers.ts). */
  blocked_readers: {
    email: string;
    since_ms: number;
  };
  /** Addresses that were refused at the gate (refusals.ts). */
  refused_addresses: {
    email: string;
    tries: number;
    first_ms: number;
    last_ms: number;
  };
  /** Personal links by which readers come (invitations.ts). */
  invitations: {
    id: string;
    /** Of its token. SHA-256, base64url. */
    hash: string;
    email: string;
    pages: string | null;
    created_ms: number;
    until_ms: number;
    revoked_ms: number | null;
    opened_ms: number | null;
  };
  /** Codes that were mailed to readers (codes.ts). */
  codes: {
    /** Of what the browser holds that asked for it. SHA-256, base64url. */
    hash: string;
    email: string;
    /** The page to open afterwards. */
    next: string;
    /** 0: the reader has chosen that nothing is measured. */
    is_measured: number;
    /** HMAC-SHA-256, base64url. */
    code_hmac: string;
    sent_ms: number;
    until_ms: number;
    /** Wrong codes that were entered. */
    tries: number;
  };
  leases: {
    name: string;
    holder: string;
    until_ms: number;
  };
  notes: {
    name: string;
    text: string;
  };
  spans: {
    session_id: string;
    id: string;
    page: string;
    start_ms: number;
    end_ms: number;
    is_late: number;
    is_clamped: number;
    is_closed: Generated<number>;
    is_replayed: Generated<number>;
    /** When its last delivery arrived, of those that were replayed or late. Null also for what was stored without it. */
    received_ms: number | null;
  };
}
