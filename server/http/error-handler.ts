// The only place where errors become responses. It is the first middleware, so it catches everything.
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import { describeError } from './describe-error.ts';
import { HttpError } from './http-error.ts';

/** The code of server/store/store-error.ts, which this folder doesn't import. */
const STORE_UNAVAILABLE = 'STORE_UNAVAILABLE';

/** Answers `{"success":false,"error":"…"}`. Details of server errors are logged, but not sent. */
export function errorHandler(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const failure = toHttpError(error, log);
      ctx.status = failure.status;
      if (failure.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(failure.retryAfterSeconds));
      ctx.body = { success: false, error: failure.message };
    }
  };
}

/** Converts an error to the response for the client. Logs the details of server errors. */
export function toHttpError(error: unknown, log: Logger): HttpError {
  const failure = error instanceof HttpError ? error : hideCause(error);
  if (failure.status >= 500 && !failure.isLogged)
    log.error({ err: describeError(failure.cause ?? failure) }, 'request failed');
  return failure;
}

function hideCause(cause: unknown): HttpError {
  if ((cause as { code?: unknown } | undefined)?.code === STORE_UNAVAILABLE)
    return new HttpError(503, 'The store is not available; try again later', { cause, retryAfterSeconds: 5 });
  return new HttpError(500, 'Internal server error', { cause });
}
