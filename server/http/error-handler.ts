// The one place where an error becomes an answer. It stands first, and nothing that is thrown passes it.
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import { describeError } from './describe-error.ts';
import { HttpError } from './http-error.ts';

/** Answers `{"success":false,"error":"…"}`; what goes wrong inside is logged, not told. */
export function errorHandler(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const failure =
        error instanceof HttpError ? error : new HttpError(500, 'Something went wrong here', { cause: error });
      if (failure.status >= 500) log.error({ err: describeError(failure.cause ?? failure) }, 'request failed');
      ctx.status = failure.status;
      if (failure.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(failure.retryAfterSeconds));
      ctx.body = { success: false, error: failure.message };
    }
  };
}
