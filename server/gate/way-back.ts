// Where a reader who doesn't want to pass the gate can go: the page with the link that led here, or the home page.
import type { Context } from 'koa';
import { isProtectedTarget } from '../http/request-path.ts';
import { readNextPath } from './next-path.ts';

export interface WayBack {
  /** A path of the site that is not behind the gate. */
  readonly path: string;
  /** It is the site's home page, because the reader came from elsewhere. */
  readonly isHome: boolean;
}

/** @param sent what the form was sent with, since then the gate itself is the referrer. */
export type FindWayBack = (ctx: Context, sent?: string) => WayBack | undefined;

/**
 * @param closed path prefixes that lead nowhere without access: those behind the gate, and the gate itself.
 * @param base the path under which the site lies; empty at the root.
 */
export function createWayBack(closed: readonly string[], base: string, publicUrl: URL | undefined): FindWayBack {
  const isOpen = (path: string): boolean => !isProtectedTarget(path, closed);
  return (ctx, sent) => {
    const path = readNextPath(sent ?? readReferrer(ctx, publicUrl), base);
    if (path !== undefined && isOpen(path)) return { path, isHome: false };
    return isOpen('/') ? { path: '/', isHome: true } : undefined;
  };
}

/** The path of the referrer if it is a page of this site. A forged one leads to a page of the site, too. */
function readReferrer(ctx: Context, publicUrl: URL | undefined): string | undefined {
  const url = URL.parse(ctx.get('referer'));
  return url?.host === (publicUrl?.host ?? ctx.host) ? url.pathname + url.search : undefined;
}
