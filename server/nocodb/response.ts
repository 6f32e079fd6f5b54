// Classifies NocoDB's responses by what can be done about them. The status alone is not enough (probed on 0.301.3).
import * as v from 'valibot';

/** A failure, classified by what can be done about it. */
export interface NocoFailure {
  readonly type:
    /** No network, a timeout, 5xx, or HTML of any status: NocoDB is down or starting. Try later. */
    | 'unavailable'
    /** 429. Wait for `retryAfterMs`. */
    | 'limited'
    /** Not sent: the month's requests are used up for `retryAfterMs`. */
    | 'spent'
    /** More records than NocoDB accepts in one request; `most` is its limit, if known. Nothing was written. */
    | 'too-many'
    /** Not sent: another server on the same store has the lease now. */
    | 'displaced'
    /** A redirect that must not be followed. Nothing was sent to its target. */
    | 'redirected'
    /** 401, 403: the token is invalid. */
    | 'denied'
    /** The base or the table does not exist. */
    | 'no-table'
    /** A record of the batch does not exist, and nothing was written. `recordId` is one such record. */
    | 'no-record'
    /** NocoDB rejects something in the batch, and nothing was written. */
    | 'refused';
  readonly message: string;
  readonly recordId?: string;
  readonly retryAfterMs?: number;
  readonly most?: number;
}

export type NocoResult<T> = { readonly type: 'ok'; readonly value: T } | NocoFailure;

const LONGEST_BLOCK_MS = 24 * 60 * 60_000;
/** NocoDB's documented block after a 429, if the response doesn't contain one (its throttler may rename the header). */
const BLOCKED_MS = 30_000;

const Problem = v.object({
  error: v.optional(v.string()),
  message: v.optional(v.string()),
  msg: v.optional(v.string()),
});

/** @param json the parsed body; undefined if it isn't JSON. Only JSON is trusted. */
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
  // Sent by a proxy in front of NocoDB, usually as HTML.
  if (status === 413) return { type: 'too-many', message: said };
  // A 403 without JSON doesn't come from NocoDB: something in front of it rejects this request.
  if (status === 401 || (status === 403 && problem.success)) return { type: 'denied', message: said };
  // NocoDB answers 404 with HTML while it starts.
  if (!problem.success || status >= 500 || status < 400 || status === 408)
    return { type: 'unavailable', message: status < 400 ? `${said}, but not a response of NocoDB's API` : said };
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

/** @param to the origin of the redirect. The rest of the address could contain a secret. @param url NOCODB_URL. */
export function toRedirected({ status, to }: { status: number; to: string | undefined }, url: string): NocoFailure {
  const where = to === undefined || to === new URL(url).origin ? 'another address' : to;
  return {
    type: 'redirected',
    message: `HTTP ${status}: NOCODB_URL redirects to ${where}, where the token is not sent. Set NOCODB_URL to NocoDB's own address`,
  };
}

/** @param waitMs until enough requests are available again. */
export function toBudgetSpent(waitMs: number): NocoFailure {
  return {
    type: 'spent',
    message: 'the requests of NOCODB_REQUESTS_PER_MONTH are used up for now',
    retryAfterMs: waitMs,
  };
}
