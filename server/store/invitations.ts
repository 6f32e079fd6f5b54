// Personal links by which readers come. Only the hash of a link's token is stored.
import { sql, type Kysely } from 'kysely';
import { change, rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';
import { LEAST_VISIBLE_MS } from './session-state.ts';

/** Times are epoch milliseconds. */
export interface Invitation {
  readonly id: string;
  /** Whom it invites. */
  readonly email: string;
  /** Gives access only to pages below this path, which ends with a slash; null: to all pages. */
  readonly pages: string | null;
  readonly createdMs: number;
  readonly untilMs: number;
  readonly revokedMs: number | null;
  /** When its link was first opened in a browser that runs scripts; null: never. */
  readonly openedMs: number | null;
}

export type NewInvitation = Omit<Invitation, 'revokedMs' | 'openedMs'> & { readonly hash: string };

export interface ListedInvitation extends Invitation {
  /** How many were made by it: one for each browser that used it, or more if its access ended meanwhile. */
  readonly sessions: number;
  /** One of these sessions read for at least {@link LEAST_VISIBLE_MS}. */
  readonly isRead: boolean;
}

export interface Invitations {
  add(invitation: NewInvitation): Promise<void>;
  /** Also one that is revoked or has expired. Undefined: there is none, or it ended long ago. */
  find(hash: string): Promise<Invitation | undefined>;
  /** All that aren't revoked, the newest first. */
  list(): Promise<readonly ListedInvitation[]>;
  /** Also ends the access of all its sessions. Resolves with whether it was there, and not revoked. */
  revoke(id: string, atMs: number): Promise<boolean>;
  /** Keeps the first time. */
  setOpened(id: string, atMs: number): Promise<void>;
}

export class SqlInvitations implements Invitations {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;
  readonly #reader: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner, reader: Runner) {
    this.#queries = queries;
    this.#writer = writer;
    this.#reader = reader;
  }

  async add({ id, hash, email, pages, createdMs, untilMs }: NewInvitation): Promise<void> {
    const added = this.#queries
      .insertInto('invitations')
      .values({ id, hash, email, pages, created_ms: createdMs, until_ms: untilMs });
    await change(this.#writer, [added.compile()]);
  }

  async find(hash: string): Promise<Invitation | undefined> {
    const query = this.#queries.selectFrom('invitations').selectAll().where('hash', '=', hash);
    // Not the reader, which can be busy with the owner's queries.
    const [row] = await rowsOf(this.#writer, query.compile());
    return row && toInvitation(row);
  }

  async list(): Promise<readonly ListedInvitation[]> {
    const query = this.#queries
      .selectFrom('invitations')
      .leftJoin('sessions', 'sessions.invitation_id', 'invitations.id')
      .selectAll('invitations')
      .select((eb) => [
        eb.fn.count<number>('sessions.id').as('sessions'),
        eb.fn.coalesce(eb.fn.max<number>('sessions.reading_ms'), sql.lit(0)).as('longest_ms'),
      ])
      .where('revoked_ms', 'is', null)
      .groupBy('invitations.id')
      .orderBy('created_ms', 'desc')
      .orderBy('invitations.id');
    const rows = await rowsOf(this.#reader, query.compile());
    return rows.map((row) => ({
      ...toInvitation(row),
      sessions: row.sessions,
      isRead: row.longest_ms >= LEAST_VISIBLE_MS,
    }));
  }

  async revoke(id: string, atMs: number): Promise<boolean> {
    const revoked = this.#queries
      .updateTable('invitations')
      .set({ revoked_ms: atMs })
      .where('id', '=', id)
      .where('revoked_ms', 'is', null);
    const ended = this.#queries
      .updateTable('sessions')
      .set({ access_ended_ms: atMs })
      .where('invitation_id', '=', id)
      .where('access_ended_ms', 'is', null);
    const [count] = await change(this.#writer, [revoked.compile(), ended.compile()]);
    return count === 1;
  }

  async setOpened(id: string, atMs: number): Promise<void> {
    const query = this.#queries
      .updateTable('invitations')
      .set({ opened_ms: atMs })
      .where('id', '=', id)
      .where('opened_ms', 'is', null);
    await change(this.#writer, [query.compile()]);
  }
}

export function toInvitation(row: Tables['invitations']): Invitation {
  return {
    id: row.id,
    email: row.email,
    pages: row.pages,
    createdMs: row.created_ms,
    untilMs: row.until_ms,
    revokedMs: row.revoked_ms,
    openedMs: row.opened_ms,
  };
}
