// The owner's page, and the login to the API that it reads.
import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { readFields } from '../http/body.ts';
import { networkOf } from '../http/client-network.ts';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import type { CreateRateLimit } from '../http/rate-limit.ts';
import type { OwnerKeys } from '../store/owner-keys.ts';
import type { Share, Shares } from '../store/shares.ts';
import { openShare } from './open-share.ts';
import { LOGIN_SECONDS, makeOwnerKey, revokeOwnerKey } from './owner-key.ts';
import { ownerPage } from './owner-page.ts';
import { isOwnerToken } from './require-owner.ts';
import type { ViewerCookies } from './viewer-cookie.ts';

const LOGIN_PATH = '/api/owner/login';
const MAX_LOGIN_BYTES = 1_024;
/** Per network and minute. */
const LOGINS = 10;

export interface OwnerRouteParts {
  readonly keys: OwnerKeys;
  readonly shares: Shares;
  /** The check before what the holder of a shared link may see, too. */
  readonly viewer: Middleware;
  readonly ownerToken: string;
  /** Where the owner's pages are, like `/owner`. */
  readonly path: string;
  /** The path under which the site lies; empty at the root. */
  readonly base: string;
  /** The check before the page: on no other host. */
  readonly onHost: Middleware;
  /** The check before the login: on no other host, and from no other page. */
  readonly fromOwnPages: Middleware;
  readonly createRateLimit: CreateRateLimit;
  readonly cookies: ViewerCookies;
  readonly log: Logger;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addOwnerRoutes(router: Router, parts: OwnerRouteParts): void {
  const { keys, shares, viewer, ownerToken, path, base, onHost, fromOwnPages, cookies, log, now } = parts;
  const limit = parts.createRateLimit('owner-logins', LOGINS, 60);

  // The page contains no data, so anyone may load it. Its script asks the API, which checks the login.
  const page = ownerPage(path, base);
  router.get([path, `${path}/{*path}`], onHost, (ctx) => {
    ctx.set('Cache-Control', 'no-cache');
    ctx.set('X-Robots-Tag', 'noindex');
    ctx.type = 'html';
    ctx.body = page;
  });

  router.post(LOGIN_PATH, fromOwnPages, async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const retryAfterSeconds = await limit(networkOf(ctx.ip));
    if (retryAfterSeconds > 0) throw new HttpError(429, 'Too many logins; try again later', { retryAfterSeconds });
    const { code = '', token = '', share = '' } = await readFields(ctx, ['code', 'token', 'share'], MAX_LOGIN_BYTES);
    if (share) await logInByShare(ctx, share);
    else await logIn(ctx, code, token);
    ctx.body = { success: true };
  });

  router.delete(LOGIN_PATH, fromOwnPages, async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    // An owner who has opened a shared link stays logged in.
    if (cookies.share.read(ctx) === '') {
      await revokeOwnerKey(keys, 'login', cookies.owner.read(ctx), now());
      cookies.owner.delete(ctx);
    } else cookies.share.delete(ctx);
    ctx.body = { success: true };
  });

  router.get(LOGIN_PATH, viewer, (ctx) => {
    readKnownQuery(ctx, []);
    const share = ctx.state['share'] as Share | undefined;
    ctx.body = share
      ? { role: 'share', label: share.label, pages: share.pages, expires: new Date(share.untilMs).toISOString() }
      : { role: 'owner', label: null, pages: null, expires: null };
  });

  async function logInByShare(ctx: Context, token: string): Promise<void> {
    const share = await openShare(shares, token, now()).catch((error: unknown) => {
      log.warn({ with: 'share' }, 'a login was refused');
      throw error;
    });
    cookies.share.set(ctx, token, Math.ceil((share.untilMs - now()) / 1_000));
    log.info({ share: share.id }, 'a shared link was opened');
  }

  async function logIn(ctx: Context, code: string, token: string): Promise<void> {
    if (token ? isOwnerToken(token, ownerToken) : code && (await revokeOwnerKey(keys, 'code', code, now()))) {
      cookies.owner.set(ctx, await makeOwnerKey(keys, 'login', now()), LOGIN_SECONDS);
      if (cookies.share.read(ctx) !== '') cookies.share.delete(ctx);
      log.info('the owner logged in');
      return;
    }
    log.warn({ with: token ? 'token' : 'code' }, 'a login was refused');
    throw new HttpError(
      401,
      token
        ? "This is not the owner's token"
        : 'This link has been used, or is older than 15 minutes. Run "npx stillhere owner-link" for another',
    );
  }
}
