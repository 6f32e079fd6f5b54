// From the device's clock to the server's. Pure. A wrong device clock changes nothing in the record.
import type { Delivery, Span } from '../../sw/protocol.ts';

/** A span's times moved by the difference between the server's clock and the device's, as the delivery tells it. */
export function toServerTime(
  span: Span,
  sentAt: Delivery['sentAt'],
  receivedMs: number,
): { startMs: number; endMs: number } {
  const offsetMs = receivedMs - sentAt;
  return { startMs: span.start + offsetMs, endMs: span.end + offsetMs };
}
