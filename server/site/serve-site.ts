// Serves the files of a built site.
import type { Context, Middleware } from 'koa';
import { createFileCache } from './file-cache.ts';
import { findFile, type Found } from './find-file.ts';
import { readAssets } from './assets.ts';
import { createFileGuard } from './protected-file.ts';
import { sendFile } from './send-file.ts';
import { sendPage } from './send-page.ts';
import { readSiteFile } from './site-file.ts';
import { isUnder, readFilePath } from '../http/request-path.ts';

export interface Site {
  readonly siteDir: string;
  /** The folder with the channel's built files. */
  readonly buildDir: string;
  /** The path under which the site lies; empty at the root. */
  readonly base?: string | undefined;
  /** Path prefixes of pages whose reading is recorded. */
  readonly protect: readonly string[];
  /** Paths that name no file show `index.html`. */
  readonly isSinglePage: boolean;
  /** The site's own origin, if a proxy hides it. */
  readonly publicOrigin?: string | undefined;
  /** Files that are never served, such as the store. */
  readonly privateFiles: readonly string[];
  /** The access check, for a protected file whose path is not protected. */
  readonly requireAccess: Middleware;
}

const isFileName = (path: string): boolean => /\.\w+$/.test(path);

export function serveSite(site: Site): Middleware {
  const { siteDir, protect, base = '' } = site;
  const library = readAssets(site.buildDir, siteDir, protect);
  const cache = createFileCache();
  const accessTo = createFileGuard(cache, siteDir, protect, site.privateFiles);

  const find = async (path: string): Promise<(Found & { readonly isProtected: boolean }) | undefined> => {
    const found = await findFile(siteDir, path);
    const access = found && (await accessTo(found));
    return found && access !== 'none' ? { ...found, isProtected: access === 'readers' } : undefined;
  };
  const send = async (ctx: Context, found: Found, isCounted: boolean): Promise<void> => {
    const content = isCounted && (await readSiteFile(cache, siteDir, found));
    if (!content || !content.page) return sendFile(ctx, cache, siteDir, found);
    const origin = (): string | undefined => originOf(ctx, site.publicOrigin);
    return sendPage(ctx, cache, siteDir, found, content, { library, base, origin });
  };

  return async (ctx, next) => {
    const path = readFilePath(ctx);
    if (path === undefined) {
      await next();
      return;
    }
    const found = (await find(path)) ?? (site.isSinglePage && !isFileName(path) ? await find('/') : undefined);
    const folder = !found && !path.endsWith('/') ? await find(`${path}/`) : undefined;
    const answer = async (): Promise<void> => {
      if (found) return send(ctx, found, found.isProtected || isUnder(path, protect));
      if (!folder) return sendNotFound(ctx, next);
      ctx.status = 301;
      ctx.redirect(`${path.split('/').map(encodeURIComponent).join('/')}/${ctx.search}`);
    };
    // Protected paths were checked already.
    const isHiddenByPath = (found ?? folder)?.isProtected && !isUnder(path, protect);
    await (isHiddenByPath ? site.requireAccess(ctx, answer) : answer());
  };

  async function sendNotFound(ctx: Context, next: () => Promise<unknown>): Promise<void> {
    const notFound = await find('/404.html');
    await (notFound && !notFound.isProtected ? sendFile(ctx, cache, siteDir, notFound, 404) : next());
  }
}

/** The site's origin as readers see it; undefined if the request has no valid one. */
function originOf(ctx: Context, publicOrigin: string | undefined): string | undefined {
  if (publicOrigin) return publicOrigin;
  return URL.parse(`${ctx.protocol}://${ctx.host}`)?.origin;
}
