// What the store keeps with an address besides sessions: for the reader's copy, and for what an erasure would delete.
import type { Kysely } from 'kysely';
import type { MailedCode } from './codes.ts';
import { toInvitation, type Invitation } from './invitations.ts';
import { rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';
import { toRefusedAddress, type RefusedAddress } from './refusals.ts';

/** Times are epoch milliseconds. */
export interface KeptWithAddress {
  /** Those that are revoked or expired, too; the newest first. */
  readonly invitations: readonly Invitation[];
  /** Codes that were asked for; the newest first. */
  readonly codes: readonly Pick<MailedCode, 'next' | 'sentMs' | 'untilMs'>[];
  /** Undefined: the gate has not refused the address lately. */
  readonly refused: RefusedAddress | undefined;
  /** Since when the owner has taken the reader's access; undefined: not. */
  readonly blockedSinceMs: number | undefined;
  /** The owner keeps the reader out of the totals. */
  readonly isExcluded: boolean;
}

export async function findKept(queries: Kysely<Tables>, reader: Runner, email: string): Promise<KeptWithAddress> {
  const invitations = queries
    .selectFrom('invitations')
    .selectAll()
    .where('email', '=', email)
    .orderBy('created_ms', 'desc')
    .orderBy('id');
  const codes = queries
    .selectFrom('codes')
    .select(['next', 'sent_ms', 'until_ms'])
    .where('email', '=', email)
    .orderBy('sent_ms', 'desc')
    .orderBy('hash');
  const tried = queries.selectFrom('refused_addresses').selectAll().where('email', '=', email);
  const taken = queries.selectFrom('blocked_readers').select('since_ms').where('email', '=', email);
  const uncounted = queries.selectFrom('excluded_readers').select('email').where('email', '=', email);
  const [refused] = await rowsOf(reader, tried.compile());
  const [blocked] = await rowsOf(reader, taken.compile());
  const [excluded] = await rowsOf(reader, uncounted.compile());
  return {
    invitations: (await rowsOf(reader, invitations.compile())).map(toInvitation),
    codes: (await rowsOf(reader, codes.compile())).map(({ next, sent_ms: sentMs, until_ms: untilMs }) => ({
      next,
      sentMs,
      untilMs,
    })),
    refused: refused && toRefusedAddress(refused),
    blockedSinceMs: blocked?.since_ms,
    isExcluded: excluded !== undefined,
  };
}
