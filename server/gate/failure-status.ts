// What a form of the gate is answered when the store fails: whether it is worth trying again soon.
import type { Context } from 'koa';
import { STORE_UNAVAILABLE } from '../store/store-error.ts';

const RETRY_AFTER_SECONDS = 5;

/** @returns 503, with `Retry-After` set, while the store can't be read or written; otherwise 500. */
export function failureStatus(ctx: Context, cause: unknown): 500 | 503 {
  if ((cause as { code?: unknown }).code !== STORE_UNAVAILABLE) return 500;
  ctx.set('Retry-After', String(RETRY_AFTER_SECONDS));
  return 503;
}
