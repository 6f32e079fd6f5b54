// Codes that were mailed to readers, one for each browser that asked. Neither a code nor what its browser holds is stored:
// only hashes.
import { sql, type Kysely } from 'kysely';
import { SMALLEST_STEP_MS } from './bounds.ts';
import { rowsOf, toStatement, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

/** Wrong ones, until a code is no longer accepted. */
export const MAX_TRIES = 5;

/** How long after its code a browser can ask for a new one. */
export const REQUEST_MS = 60 * 60_000;

/** In place of a number of tries, until the row is deleted in the same transaction. */
const USED = 1_000;

const OF_REQUEST = ['email', 'next', 'is_measured', 'sent_ms'] as const;
type RequestRow = Pick<Tables['codes'], (typeof OF_REQUEST)[number]>;

/** Times are epoch milliseconds. */
export interface MailedCode {
  /** Of the random id that the browser holds. */
  readonly hash: string;
  readonly email: string;
  /** The page to open afterwards. */
  readonly next: string;
  /** False: the reader has chosen that nothing is measured. */
  readonly isMeasured: boolean;
  /** Of id and code, under the server's secret. */
  readonly codeHmac: string;
  readonly sentMs: number;
  readonly untilMs: number;
}

/** Whom a code is for. */
export type CodeRequest = Pick<MailedCode, 'email' | 'next' | 'isMeasured' | 'sentMs'>;

export interface Codes {
  /** Adds the code, and deletes those that were sent before `forgottenMs`. */
  add(code: MailedCode, forgottenMs: number): Promise<void>;
  /** Also one whose code has expired or was tried too often. */
  find(hash: string): Promise<CodeRequest | undefined>;
  /**
   * Replaces the code, if the last one was sent by `lastSentMs`, or before the clock was set back. Its tries begin again.
   * @returns false: there is none, or the last one was sent later.
   */
  renew(code: Pick<MailedCode, 'hash' | 'codeHmac' | 'sentMs' | 'untilMs'>, lastSentMs: number): Promise<boolean>;
  /**
   * Uses the code up, if it is the right one; otherwise it counts as a try. However many calls come at once, no more than
   * {@link MAX_TRIES} wrong ones are compared.
   * @returns undefined: it is wrong, expired, used, or was tried too often.
   */
  use(hash: string, codeHmac: string, nowMs: number): Promise<CodeRequest | undefined>;
}

export class SqlCodes implements Codes {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner) {
    this.#queries = queries;
    this.#writer = writer;
  }

  async add(code: MailedCode, forgottenMs: number): Promise<void> {
    const { hash, email, next, isMeasured, codeHmac, sentMs, untilMs } = code;
    const forgotten = this.#queries.deleteFrom('codes').where('sent_ms', '<', forgottenMs);
    const added = this.#queries.insertInto('codes').values({
      hash,
      email,
      next,
      is_measured: Number(isMeasured),
      code_hmac: codeHmac,
      sent_ms: sentMs,
      until_ms: untilMs,
      tries: 0,
    });
    await this.#writer.run([toStatement(forgotten.compile()), toStatement(added.compile())]);
  }

  async find(hash: string): Promise<CodeRequest | undefined> {
    const query = this.#queries
      .selectFrom('codes')
      .select([...OF_REQUEST])
      .where('hash', '=', hash);
    const [row] = await rowsOf(this.#writer, query.compile());
    return row && toRequest(row);
  }

  async renew(
    { hash, codeHmac, sentMs, untilMs }: Pick<MailedCode, 'hash' | 'codeHmac' | 'sentMs' | 'untilMs'>,
    lastSentMs: number,
  ): Promise<boolean> {
    const query = this.#queries
      .updateTable('codes')
      .set({ code_hmac: codeHmac, sent_ms: sentMs, until_ms: untilMs, tries: 0 })
      .where('hash', '=', hash)
      .where((eb) => eb.or([eb('sent_ms', '<=', lastSentMs), eb('sent_ms', '>', sentMs + SMALLEST_STEP_MS)]));
    const [answer] = await this.#writer.run([toStatement(query.compile())]);
    return answer?.changes === 1;
  }

  async use(hash: string, codeHmac: string, nowMs: number): Promise<CodeRequest | undefined> {
    // Compared and counted by one statement, so that no other one can come between.
    const tried = this.#queries
      .updateTable('codes')
      .set((eb) => ({
        tries: eb
          .case()
          .when('code_hmac', '=', codeHmac)
          .then(sql.lit(USED))
          .else(sql<number>`tries + 1`)
          .end(),
      }))
      .where('hash', '=', hash)
      .where('until_ms', '>', nowMs)
      .where('tries', '<', MAX_TRIES)
      .returning([...OF_REQUEST, 'tries']);
    const used = this.#queries.deleteFrom('codes').where('hash', '=', hash).where('tries', '=', USED);
    const [answer] = await this.#writer.run([toStatement(tried.compile()), toStatement(used.compile())]);
    const [row] = (answer?.rows ?? []) as readonly (RequestRow & Pick<Tables['codes'], 'tries'>)[];
    return row?.tries === USED ? toRequest(row) : undefined;
  }
}

function toRequest(row: RequestRow): CodeRequest {
  return { email: row.email, next: row.next, isMeasured: row.is_measured === 1, sentMs: row.sent_ms };
}
