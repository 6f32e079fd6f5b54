// What an answer of NocoDB means, by what can be done about it. Its status alone says little (probed on 0.301.3).
import * as v from 'valibot';

/** What went wrong, by what can be done about it. */
export interface NocoFailure {
  readonly type:
    /** No network, a timeout, 5xx, HTML of whatever status: it is down, or starting. Try later. */
    | 'unavailable'
    /** 429. Not before `retryAfterMs`. */
    | 'limited'
    /** Not sent: the month's requests are spent until `retryAfterMs` have passed. */
    | 'spent'
    /** More records than it takes in one request; `most`, if it says. Nothing was written. */
    | 'too-many'
    /** Not sent: another server on the store has the lease by now. */
    | 'displaced'
    /** It redirects to where it must not be followed. Nobody there was asked. */
    | 'redirected'
    /** 401, 403: the token. */
    | 'denied'
    /** The base or the table is not there. */
    | 'no-table'
    /** A record of the batch is not there, and nothing of the batch was written. `recordId` names one. */
    | 'no-record'
    /** Something in the batch can't be taken, and nothing of it was written. */
    | 'refused';
  readonly message: string;
  readonly recordId?: string;
  readonly retryAfterMs?: number;
  readonly most?: number;
}

export type NocoResult<T> = { readonly type: 'ok'; readonly value: T } | NocoFailure;

const LONGEST_BLOCK_MS = 24 * 60 * 60_000;
/** NocoDB's documented block after a 429, for when the answer doesn't say (its throttler may rename the header). */
const BLOCKED_MS = 30_000;

const Problem = v.object({
  error: v.optional(v.string()),
  message: v.optional(v.string()),
  msg: v.optional(v.string()),
});

/** @param json the body, undefined if it is none: only what is said in JSON is believed. */
export function classify({ status, headers }: Response, json: unknown): NocoFailure {
  const problem = v.safeParse(Problem, json);
  const { error = '', message, msg } = problem.success ? problem.output : {};
  const said = `HTTP ${status}${message || msg || error ? `: ${message ?? msg ?? error}` : ''}`;
  if (status === 429) {
    const seconds = Number(headers.get('retry-after') || Number.NaN);
    return {
      type: 'limited',
      message: said,
      retryAfterMs: Math.min(LONGEST_BLOCK_MS, seconds >= 0 ? seconds * 1_000 : BLOCKED_MS),
    };
  }
  // A proxy in front of NocoDB says this, mostly in HTML.
  if (status === 413) return { type: 'too-many', message: said };
  // A 403 that isn't JSON is not NocoDB's: something in front of it dislikes this request.
  if (status === 401 || (status === 403 && problem.success)) return { type: 'denied', message: said };
  // While it starts NocoDB answers 404 in HTML.
  if (!problem.success || status >= 500 || status < 400 || status === 408)
    return { type: 'unavailable', message: status < 400 ? `${said}, but not in the form of NocoDB's API` : said };
  if (error === 'ERR_TABLE_NOT_FOUND' || error === 'ERR_BASE_NOT_FOUND') return { type: 'no-table', message: said };
  if (error === 'ERR_RECORD_NOT_FOUND') {
    const recordId = /'([^']*)'/.exec(message ?? '')?.[1];
    return { type: 'no-record', message: said, ...(recordId !== undefined && { recordId }) };
  }
  if (error === 'ERR_MAX_PAYLOAD_LIMIT_EXCEEDED') {
    const most = Number(/\d+/.exec(message ?? '')?.[0]);
    return { type: 'too-many', message: said, ...(most > 0 && { most }) };
  }
  return { type: 'refused', message: said };
}

/** @param to the origin that it redirects to; the rest of that address could hold a secret. @param url NOCODB_URL. */
export function toRedirected({ status, to }: { status: number; to: string | undefined }, url: string): NocoFailure {
  const where = to === undefined || to === new URL(url).origin ? 'another address' : to;
  return {
    type: 'redirected',
    message: `HTTP ${status}: NOCODB_URL redirects to ${where}, where the token is not sent. Set NOCODB_URL to NocoDB's own address`,
  };
}

/** @param waitMs until there are enough requests again. */
export function toBudgetSpent(waitMs: number): NocoFailure {
  return {
    type: 'spent',
    message: 'the requests of NOCODB_REQUESTS_PER_MONTH are spent for now',
    retryAfterMs: waitMs,
  };
}
