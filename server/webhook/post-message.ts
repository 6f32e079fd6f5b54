// Posts one message to the webhook's receiver. Of the answer, only the status and `Retry-After` are read: a receiver has nothing to
// say to us, and may be broken. Redirects are not followed, because whoever can make one could otherwise read what is sent.
import type { Outcome } from '../outbox/outcome.ts';
import type { Message } from './payload.ts';
import { signatureHeaders } from './signature.ts';

export interface WebhookConfig {
  /** Http or https. May contain a secret, so it isn't logged. */
  readonly url: URL;
  readonly key: Buffer;
}

/** How long an answer may take, in milliseconds. The convention recommends 15 to 30 s. */
export const TIMEOUT_MS = 15_000;

const LONGEST_RETRY_AFTER_MS = 60 * 60_000;
/** The receiver, or what is in front of it, can't answer now. Any other failure may come from the message. */
const UNAVAILABLE = [408, 425, 429, 502, 503, 504];

/**
 * Never rejects.
 * @param now epoch milliseconds.
 * @param stopped aborts the request.
 */
export async function postMessage(
  { url, key }: WebhookConfig,
  { id, body }: Message,
  now: number,
  stopped: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Stillhere',
        ...signatureHeaders(key, id, body, now),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([timeout, stopped]),
    });
    // It doesn't matter how long the body is, or whether it ends.
    await response.body?.cancel().catch(() => {});
    return toOutcome(response, now);
  } catch (error) {
    const reason = timeout.aborted ? `no answer within ${timeoutMs / 1_000} s` : describeFailure(error as Error);
    return { type: 'failed', reason };
  }
}

function toOutcome({ status, headers }: Response, now: number): Outcome {
  const reason = `HTTP ${status}`;
  if (status >= 200 && status < 300) return { type: 'told' };
  if (status === 410) return { type: 'gone', reason };
  if (status >= 300 && status < 400)
    return { type: 'failed', reason: `${reason}: redirects are not followed, so set WEBHOOK_URL to the last address` };
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), now);
  return {
    type: 'failed',
    reason,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    isRefused: !UNAVAILABLE.includes(status),
  };
}

/** Seconds or a date (RFC 9110, 10.2.3), an hour at most. Undefined: neither. */
function readRetryAfter(text: string | null, now: number): number | undefined {
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : undefined;
}

/** `fetch failed` says nothing; its cause has a code, like ECONNREFUSED. The cause's message may have the address in it. */
function describeFailure({ name, cause }: Error): string {
  const { code, name: type } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return `the request failed (${code ?? type ?? name})`;
}
