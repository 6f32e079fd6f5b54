// The owner's page, and the login to the API that it reads.
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { readFields } from '../http/body.ts';
import { networkOf } from '../http/client-network.ts';
import { HttpError } from '../http/http-error.ts';
import { createRateLimit } from '../http/rate-limit.ts';
import type { OwnerKeys } from '../store/owner-keys.ts';
import { deleteOwnerCookie, readOwnerCookie, setOwnerCookie } from './owner-cookie.ts';
import { makeOwnerKey, revokeOwnerKey } from './owner-key.ts';
import { OWNER_PAGE } from './owner-page.ts';
import { isOwnerToken } from './require-owner.ts';

const LOGIN_PATH = '/api/owner/login';
const MAX_LOGIN_BYTES = 1_024;
/** Per network and minute. */
const LOGINS = 10;

export interface OwnerRouteParts {
  readonly keys: OwnerKeys;
  readonly ownerToken: string;
  /** The site uses https even if the request doesn't. */
  readonly isHttps: boolean;
  readonly log: Logger;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addOwnerRoutes(router: Router, { keys, ownerToken, isHttps, log, now }: OwnerRouteParts): void {
  const limit = createRateLimit(LOGINS, 60);

  // The page contains no data, so anyone may load it. Its script asks the API, which checks the login.
  router.get(['/owner', '/owner/{*path}'], (ctx) => {
    ctx.set('Cache-Control', 'no-cache');
    ctx.set('X-Robots-Tag', 'noindex');
    ctx.type = 'html';
    ctx.body = OWNER_PAGE;
  });

  router.post(LOGIN_PATH, async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const retryAfterSeconds = await limit(networkOf(ctx.ip));
    if (retryAfterSeconds > 0) throw new HttpError(429, 'Too many logins; try again later', { retryAfterSeconds });
    await check(ctx);
    setOwnerCookie(ctx, await makeOwnerKey(keys, 'login', now()), isHttps);
    log.info('the owner logged in');
    ctx.body = { success: true };
  });

  router.delete(LOGIN_PATH, async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    await revokeOwnerKey(keys, 'login', readOwnerCookie(ctx), now());
    deleteOwnerCookie(ctx);
    ctx.body = { success: true };
  });

  async function check(ctx: Context): Promise<void> {
    const { code = '', token = '' } = await readFields(ctx, ['code', 'token'], MAX_LOGIN_BYTES);
    if (token ? isOwnerToken(token, ownerToken) : code && (await revokeOwnerKey(keys, 'code', code, now()))) return;
    log.warn({ with: token ? 'token' : 'code' }, 'a login was refused');
    throw new HttpError(
      401,
      token
        ? "This is not the owner's token"
        : 'This link has been used, or is older than 15 minutes. Run "npx stillhere owner-link" for another',
    );
  }
}
