// One POST of spans, and what its answer means. It keeps nothing and removes nothing.
import { post } from './post-delivery.ts';
import type { Receipt, Span } from '../protocol/delivery.ts';

/** What one request came to. */
export type Sent =
  /** The server's word. Only this may remove spans. */
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  /** Something is wrong with the body (400, 413). `isOurs`: in our server's own form, so it can be believed. */
  | { readonly type: 'unfit'; readonly error: string; readonly isOurs: boolean }
  /** Keep everything and try later. */
  | {
      readonly type: 'failed';
      readonly error: string;
      /** Somebody answered, and asked for no pause: it may be about these very spans. */
      readonly isAnswer?: boolean;
      /** No server of ours was reached: no connection, or a captive portal answered. */
      readonly isUnreached?: boolean;
      readonly isDenied?: boolean;
      readonly retryAfterMs?: number | undefined;
    };

const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Sends the spans; every outcome is a value, it never rejects.
 * Anything but a well-formed receipt is a failure: a captive portal answers 200, too.
 */
export async function send(spans: readonly Span[]): Promise<Sent> {
  // Not AbortSignal.timeout: Safari 15 has none.
  const abort = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    abort.abort();
  }, ANSWER_TIMEOUT_MS);
  const unreached = (error: unknown): Sent => {
    // Somebody may be there, and be overwhelmed.
    const isTimeout = isLate || (error as Error).name === 'TimeoutError';
    return { type: 'failed', error: isTimeout ? 'no answer in time' : String(error), isUnreached: !isTimeout };
  };
  try {
    const asked = post(spans.map(toSpan), { redirect: 'manual', signal: abort.signal });
    // Of these two alone a rejection is the network's: a TypeError elsewhere is a mistake of ours.
    const response = await asked.catch(unreached);
    if (!('status' in response)) return response;
    const text = await response.text().catch(unreached);
    return typeof text === 'string' ? read(response, text) : text;
  } catch (error) {
    return { type: 'failed', error: `own mistake: ${String(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

function read({ status, headers }: Response, text: string): Sent {
  const answer = parse(text);
  if (status === 200 && isReceipt(answer)) return { type: 'receipt', receipt: answer };
  const isOurs = isFailure(answer);
  const error = `HTTP ${status}${isOurs ? `: ${answer.error}` : ', not an answer of Stillhere'}`;
  if (status === 400 || status === 413) return { type: 'unfit', error, isOurs };
  const isBusy = status === 429 || status === 503;
  return {
    type: 'failed',
    error,
    isAnswer: !isBusy,
    // A redirect that isn't followed has the status 0. 511: "Network Authentication Required" (RFC 6585).
    isUnreached: !isOurs && (status < 400 || status === 511),
    isDenied: status === 401 || status === 403,
    retryAfterMs: isBusy ? retryAfterMs(headers) : undefined,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without what only the device needs to know. */
function toSpan({ id, session, page, start, end }: Span): Span {
  return { id, session, page, start, end };
}

/** `Retry-After` is in seconds or a date (RFC 9110, 10.2.3); a date is measured on the server's own clock if it says it. */
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  const isSeconds = /^\d+$/.test(value);
  const now = Date.parse(headers.get('date') ?? '') || Date.now();
  const ms = isSeconds ? Number(value) * 1000 : Date.parse(value) - now;
  return ms >= 0 ? ms : undefined;
}

function isReceipt(answer: unknown): answer is Receipt {
  const { success, stored, refused } = (answer ?? {}) as Partial<Receipt>;
  return success === true && Array.isArray(stored) && Array.isArray(refused);
}

function isFailure(answer: unknown): answer is { readonly error: string } {
  return (answer as { success?: unknown } | null | undefined)?.success === false;
}
