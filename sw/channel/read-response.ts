// What the response to a delivery means. Pure. Anything but a well-formed receipt is a failure: captive portals answer 200, too.
import type { Receipt } from '../protocol/delivery.ts';
import type { DeliveryResult } from '../protocol/messages.ts';

export function readResponse({ status, headers }: Response, text: string): DeliveryResult {
  const answer = parse(text);
  if (status === 200 && isReceipt(answer)) return { type: 'receipt', receipt: answer };
  const isStillhere = isErrorAnswer(answer);
  const error = `HTTP ${status}${isStillhere ? `: ${answer.error}` : ', not an answer of Stillhere'}`;
  if (status === 400 || status === 413) return { type: 'rejected-body', error, isStillhere };
  const isBusy = status === 429 || status === 503;
  return {
    type: 'failed',
    error,
    isAnswer: !isBusy,
    // A redirect that isn't followed has the status 0. 511: "Network Authentication Required" (RFC 6585).
    isNetworkError: !isStillhere && (status < 400 || status === 511),
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

/** `Retry-After` is in seconds or a date (RFC 9110, 10.2.3); a date is compared with the server's own clock where `Date` gives it. */
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

function isErrorAnswer(answer: unknown): answer is { readonly error: string } {
  return (answer as { success?: unknown } | null | undefined)?.success === false;
}
