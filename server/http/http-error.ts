// Errors whose message is sent to the client. Any other error becomes a 500, and only the log contains its cause.

/** Ends the request with `status`. `message` is the response: one sentence about what to do. */
export class HttpError extends Error {
  readonly code = 'HTTP_FAILURE';
  readonly status: number;
  /** For 429 and 503: the value of Retry-After, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.status = status;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
