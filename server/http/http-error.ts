// Errors whose message is sent to the client. Any other error becomes a 500, and only the log contains its cause.

/** Ends the request with `status`. `message` is the response: one sentence about what to do. */
export class HttpError extends Error {
  readonly code = 'HTTP_FAILURE';
  readonly status: number;
  /** For 429 and 503: the value of Retry-After, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** A server error that whoever throws it logs for itself, because there may be thousands a second. */
  readonly isLogged: boolean;

  constructor(
    status: number,
    message: string,
    {
      retryAfterSeconds,
      isLogged = false,
      ...options
    }: ErrorOptions & { retryAfterSeconds?: number; isLogged?: boolean } = {},
  ) {
    super(message, options);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.isLogged = isLogged;
  }
}
