// Errors that a client may know of. Everything else that is thrown becomes a 500 whose reason only the log tells.

/** Ends the request with `status` and, as the answer, `message`: a sentence that says what to do. */
export class HttpError extends Error {
  readonly code = 'HTTP_FAILURE';
  readonly status: number;
  /** For 429 and 503: when to come back, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.status = status;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
