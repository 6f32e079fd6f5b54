// Limits that devices and the server keep to. Apart from delivery.ts, so that the page's core doesn't load them.

/** Number of spans in one delivery, at most. */
export const MAX_SPANS = 200;

/** Size of a request body that a device sends, at most, in bytes. The server accepts {@link MAX_BODY_BYTES}. */
export const MAX_DELIVERY_BYTES = 48 * 1024;

/** Size of a request body that the server reads, at most, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

/** How long an undelivered or refused span is kept on the device, in milliseconds (7 days). */
export const KEEP_MS = 7 * 24 * 60 * 60 * 1000;
