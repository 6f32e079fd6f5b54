// Serves the files of a built site.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Context, Middleware } from 'koa';
import { createFileCache, MOST_FILE_BYTES, type FileCache } from './file-cache.ts';
import { findFile, type Found } from './find-file.ts';
import { readLibrary, type Library } from './library.ts';
import { putHeartbeat } from './put-heartbeat.ts';
import { sendFile } from './send-file.ts';
import { isUnder, readFilePath } from './site-path.ts';

export interface Site {
  readonly siteDir: string;
  /** Where the build put the channel's files. */
  readonly buildDir: string;
  /** Path prefixes whose pages are read and counted. */
  readonly protect: readonly string[];
  /** A path that names no file is shown `index.html`. */
  readonly isSinglePage: boolean;
  /** The site's own origin where a proxy hides it. */
  readonly publicOrigin?: string | undefined;
}

const isFileName = (path: string): boolean => /\.\w+$/.test(path);

export function serveSite({ siteDir, buildDir, protect, isSinglePage, publicOrigin }: Site): Middleware {
  const library = readLibrary(buildDir, siteDir);
  const originOf = (ctx: Context): string => publicOrigin ?? `${ctx.protocol}://${ctx.host}`;
  const cache = createFileCache();
  return async (ctx, next) => {
    const path = readFilePath(ctx);
    if (path === undefined) return next();
    const found =
      (await findFile(siteDir, path)) ?? (isSinglePage && !isFileName(path) && (await findFile(siteDir, '/')));
    if (found) {
      const isCounted = isUnder(path, protect) && /\.html?$/.test(found.file);
      return isCounted
        ? sendPage(ctx, cache, siteDir, found, { library, origin: originOf(ctx) })
        : sendFile(ctx, cache, siteDir, found);
    }
    if (!path.endsWith('/') && (await findFile(siteDir, `${path}/`))) {
      ctx.status = 301;
      return ctx.redirect(`${encodeURI(path)}/${ctx.search}`);
    }
    const notFound = await findFile(siteDir, '/404.html');
    return notFound ? sendFile(ctx, cache, siteDir, notFound, 404) : next();
  };
}

/** A page whose reading is counted: with the heartbeat in it, and never in part. */
async function sendPage(
  ctx: Context,
  cache: FileCache,
  root: string,
  found: Found,
  { library, origin }: { readonly library: Library; readonly origin: string },
): Promise<void> {
  const { size, mtimeMs } = found.stats;
  const file = join(root, found.file);
  ctx.status = 200;
  ctx.type = 'html';
  ctx.etag = `W/"${size.toString(16)}-${mtimeMs.toString(16)}-${library.version}"`;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const put = (from: Readable): Readable => pipeline(from, putHeartbeat(library, origin), () => {});
  if (size <= MOST_FILE_BYTES)
    ctx.body = await cache(file, found.stats, origin, (page) => buffer(put(Readable.from([page]))));
  // Koa leaves a stream that it doesn't send open.
  else if (ctx.method !== 'HEAD') ctx.body = put(createReadStream(file));
}
