// Lets pages of other sites speak to us, where the owner has named them (the only user of @koa/cors). Never with cookies: a
// browser wouldn't send ours there anyway (SameSite), and a span names its session by itself.
import cors from '@koa/cors';
import type { Middleware } from 'koa';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { SUBMIT_PATH } from '../gate/gate.ts';

/** What a page elsewhere needs: our scripts, the gate as an API, and where its deliveries go. Never the owner's API. */
const OPEN_PATH = new RegExp(`^(?:${HEARTBEAT_PATH}|${SUBMIT_PATH}|/stillhere(?:-[\\w-]+)?\\.js)$`);

/** @param origins like `https://site.example`; none: nobody. */
export function otherOrigins(origins: readonly string[]): Middleware {
  const answer = cors({
    // An empty string is nobody.
    origin: (ctx) => (origins.includes(ctx.get('origin')) ? ctx.get('origin') : ''),
    allowMethods: 'POST',
    allowHeaders: 'content-type',
    maxAge: 86_400,
  });
  return (ctx, next) => (origins.length > 0 && OPEN_PATH.test(ctx.path) ? answer(ctx, next) : next());
}
