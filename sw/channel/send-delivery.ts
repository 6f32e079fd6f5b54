// One delivery request, with a time limit. It keeps nothing and removes nothing.
import type { Span } from '../protocol/delivery.ts';
import type { DeliveryResult } from '../protocol/messages.ts';
import { postDelivery } from './post-delivery.ts';
import { readResponse } from './read-response.ts';

const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Sends the spans. Every outcome is a value; it never rejects.
 * @param isReplay an earlier attempt has failed.
 * @param nextBeatMs milliseconds until the page's next beat.
 */
export async function sendDelivery(
  spans: readonly Span[],
  isReplay: boolean,
  nextBeatMs?: number,
): Promise<DeliveryResult> {
  // Not AbortSignal.timeout, which Safari 15 lacks.
  const abort = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    abort.abort();
  }, ANSWER_TIMEOUT_MS);
  const networkFailure = (error: unknown): DeliveryResult => {
    // After a timeout a server may be there, but overloaded.
    const isTimeout = isLate || (error as Error).name === 'TimeoutError';
    return { type: 'failed', error: isTimeout ? 'no answer in time' : String(error), isNetworkError: !isTimeout };
  };
  try {
    const replayed = isReplay || undefined;
    const asked = postDelivery(
      spans.map((span) => ({ ...toSpan(span), replayed })),
      { redirect: 'manual', signal: abort.signal },
      nextBeatMs,
    );
    // Only these two rejections are the network's; a TypeError elsewhere is a bug of ours.
    const response = await asked.catch(networkFailure);
    if (!('status' in response)) return response;
    const text = await response.text().catch(networkFailure);
    return typeof text === 'string' ? readResponse(response, text) : text;
  } catch (error) {
    return { type: 'failed', error: `own mistake: ${String(error)}` };
  } finally {
    clearTimeout(timer);
  }
}

/** Without the fields that only the device needs. */
function toSpan({ id, session, page, start, end, closed }: Span): Span {
  return { id, session, page, start, end, closed };
}
