// The access check for protected paths.
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { ACCESS_HEADER, NO_ACCESS } from '../../sw/protocol/delivery.ts';
import { describeError } from '../http/describe-error.ts';
import { isProtectedTarget, readRequestPath } from '../http/request-path.ts';
import { withBase } from '../http/site-base.ts';
import type { NoteOpenedFile } from './opened-files.ts';
import type { AccessCheck, ReaderAccess } from './access-check.ts';
import { isWithin } from './access-pages.ts';
import { GATE_PATH } from './gate-paths.ts';
import type { GateTheme } from './theme.ts';
import { answerUnavailable } from './unavailable-page.ts';

const CACHING = 'private, no-cache';

export interface AdmitOptions {
  /** Of the page that is shown while the store is unavailable; undefined: a line of text. */
  readonly look?: GateTheme;
  /** The path under which the site lies; empty at the root. */
  readonly base?: string;
  /** Origins whose pages may show the protected pages in a frame. */
  readonly frameAncestors?: readonly string[];
  /** These files are parts of pages: access to any page is access to them. */
  readonly isForAllPages?: boolean;
  /** Called for each request with access, before it is answered. */
  readonly noteOpened?: NoteOpenedFile;
}

/**
 * Redirects requests for protected paths without access to the gate, which leads back. Refuses ambiguous paths (400),
 * so that no host interprets them differently from this check. Responses contain the end of the access, so that a
 * device can keep pages for offline reading until then.
 * @param protect prefixes of the site.
 */
export function requireAccess(
  protect: readonly string[],
  access: AccessCheck,
  log: Logger,
  options: AdmitOptions = {},
): Middleware {
  const { base = '' } = options;
  const admit = admitReaders(access, log, options);
  const prefixes = withBase(base, protect);
  return async (ctx, next) => {
    const targets = targetsOf(ctx);
    if (targets.some((target) => readRequestPath(target) === undefined)) refusePath(ctx);
    else if (targets.some((target) => isProtectedTarget(target, prefixes))) await admit(ctx, next);
    else await next();
  };
}

/** The same check for any path: for protected files that have another name. */
export function admitReaders(
  access: AccessCheck,
  log: Logger,
  { look, base = '', frameAncestors = [], isForAllPages = false, noteOpened }: AdmitOptions = {},
): Middleware {
  const framePolicy = ["frame-ancestors 'self'", ...frameAncestors].join(' ');
  return async (ctx, next) => {
    let found: ReaderAccess | undefined;
    try {
      found = await access.find(ctx);
    } catch (error) {
      log.error({ err: describeError(error) }, 'access could not be checked');
      answerUnavailable(ctx, look);
      return;
    }
    const pages = found?.pages ?? null;
    const isAdmitted = pages === null || isForAllPages || isWithin(targetsOf(ctx), pages, base);
    const untilMs = isAdmitted ? found?.untilMs : undefined;
    ctx.set('Cache-Control', CACHING);
    ctx.set('X-Robots-Tag', 'noindex');
    ctx.append('Content-Security-Policy', framePolicy);
    ctx.set(ACCESS_HEADER, untilMs === undefined ? NO_ACCESS : new Date(untilMs).toUTCString());
    if (untilMs !== undefined) {
      noteOpened?.(ctx);
      await next();
      // A host can be stricter, but shared caches must never store protected responses.
      if (!/private|no-store/i.test(ctx.response.get('Cache-Control'))) ctx.set('Cache-Control', CACHING);
    } else {
      ctx.status = 303;
      ctx.redirect(`${GATE_PATH}?next=${encodeURIComponent(base + ctx.path + ctx.search)}`);
    }
  };
}

/** Used without a store: protected paths stay closed, and everything else passes. */
export function closeProtected(
  protect: readonly string[],
  base = '',
  isAlsoProtected: (target: string) => boolean = () => false,
  look?: GateTheme,
): Middleware {
  const prefixes = withBase(base, protect);
  return async (ctx, next) => {
    if (targetsOf(ctx).some((target) => isProtectedTarget(target, prefixes) || isAlsoProtected(target)))
      answerUnavailable(ctx, look);
    else await next();
  };
}

/** The target as sent, and as a host's router, mount or rewrite may have changed it. */
function targetsOf(ctx: Context): readonly string[] {
  const { originalUrl } = ctx.req as { originalUrl?: string };
  return [...new Set([ctx.originalUrl, ctx.url, originalUrl ?? ctx.url])];
}

function refusePath(ctx: Context): void {
  ctx.status = 400;
  ctx.body = 'Invalid path: it contains "..", a backslash, or a broken % escape.';
}
