// Limits for devices and the server. Separate from delivery.ts, so that the page's core doesn't load them.

/** Maximum number of spans per delivery. */
export const MAX_SPANS = 200;

/** Maximum size of a request body that a device sends, in bytes. The server accepts {@link MAX_BODY_BYTES}. */
export const MAX_DELIVERY_BYTES = 48 * 1024;

/** Maximum size of a request body that the server reads, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;

/** How long an undelivered or refused span stays on the device, in milliseconds (7 days). */
export const KEEP_MS = 7 * 24 * 60 * 60 * 1000;
