// Serves the files of a built site, and those of the channel: the worker and the page library.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import type { Context, Middleware } from 'koa';
import { findFile, isFile } from './find-file.ts';
import { readLibrary, type Library } from './library.ts';
import { putHeartbeat } from './put-heartbeat.ts';
import { sendFile } from './send-file.ts';
import { isUnder, readSitePath } from './site-path.ts';

export interface Site {
  readonly siteDir: string;
  /** Where the build put the channel's files. */
  readonly buildDir: string;
  /** Path prefixes whose pages are read and counted. */
  readonly protect: readonly string[];
  /** A path that names no file is shown `index.html`. */
  readonly isSinglePage: boolean;
}

/** The worker, the page library, and what it loads later. A site may have a worker of its own, with ours in it. */
const CHANNEL_FILE = /^\/(?:sw|stillhere(?:-[\w-]+)?)\.js(?:\.map)?$/;
const isFileName = (path: string): boolean => /\.\w+$/.test(path);

export function serveSite({ siteDir, buildDir, protect, isSinglePage }: Site): Middleware {
  const library = readLibrary(buildDir);
  return async (ctx, next) => {
    const path = readPath(ctx);
    if (path === undefined) return next();
    const file =
      (await findFile(siteDir, path)) ?? (isSinglePage && !isFileName(path) ? await findFile(siteDir, '/') : undefined);
    if (file !== undefined) {
      const isCounted = isUnder(path, protect) && /\.html?$/.test(file);
      return isCounted ? sendPage(ctx, join(siteDir, file), library) : sendFile(ctx, siteDir, file);
    }
    if (CHANNEL_FILE.test(path) && (await isFile(join(buildDir, path)))) return sendFile(ctx, buildDir, path);
    if (!path.endsWith('/') && (await findFile(siteDir, `${path}/`))) {
      ctx.status = 301;
      return ctx.redirect(`${encodeURI(path)}/${ctx.search}`);
    }
    if (!(await isFile(join(siteDir, '404.html')))) return next();
    return sendFile(ctx, siteDir, '/404.html', 404);
  };
}

/** In somebody else's server: the channel's files, and nothing else. */
export function serveChannel(buildDir: string): Middleware {
  return async (ctx, next) => {
    const path = readPath(ctx);
    if (path !== undefined && CHANNEL_FILE.test(path) && (await isFile(join(buildDir, path))))
      await sendFile(ctx, buildDir, path);
    else await next();
  };
}

function readPath({ method, path }: Context): string | undefined {
  return method === 'GET' || method === 'HEAD' ? readSitePath(path) : undefined;
}

/** A page whose reading is counted: with the heartbeat in it, and never in part. */
async function sendPage(ctx: Context, file: string, library: Library): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  ctx.status = 200;
  ctx.type = 'html';
  ctx.etag = `W/"${mtimeMs}-${size}-${library.version}"`;
  if (ctx.fresh) ctx.status = 304;
  // Koa leaves a stream that it doesn't send open.
  else if (ctx.method !== 'HEAD')
    ctx.body = pipeline(createReadStream(file), putHeartbeat(library, `${ctx.protocol}://${ctx.host}`), () => {});
}
