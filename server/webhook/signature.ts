// Signs what the webhook sends, by the Standard Webhooks convention (standardwebhooks.com), so that a receiver can check where it
// comes from with a library in its language. Pure.
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
/** The convention's. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
/** Without it, part of the text would be ignored, and the receiver's library might read another key. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The key of a secret like `whsec_…`; undefined if it isn't one. */
export function readWebhookKey(secret: string): Buffer | undefined {
  const text = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || !BASE64.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : undefined;
}

/**
 * The headers that go with a body.
 * @param id of the message: the same whenever it is sent again.
 * @param now epoch milliseconds, of this attempt.
 */
export function signatureHeaders(key: Buffer, id: string, body: string, now: number): Readonly<Record<string, string>> {
  const seconds = Math.floor(now / 1_000);
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
