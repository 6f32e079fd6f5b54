// Serves the channel's files: the worker, the page library and its chunks.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context, Middleware } from 'koa';
import { createFileCache, versionOf } from './file-cache.ts';
import { statFile } from './find-file.ts';
import { hashOf } from './site-file.ts';
import { sendFile } from './send-file.ts';
import { readFilePath } from '../http/request-path.ts';

const CHANNEL_FILE = /^\/(?:sw|stillhere(?:-[\w-]+)?)\.js(?:\.map)?$/;
/** A worker can't tell by its own address where the site lies, as pages can: it may be a site's own, in any folder. */
const WORKER_FILES: readonly string[] = ['/sw.js', '/stillhere-sw.js'];

/**
 * Mount it before the access check: if the whole site is behind the gate, the gate's page must deliver, too, and a
 * worker checks for updates long after access has ended.
 * @param isTaken the site has its own file at this path, which may be protected.
 * @param base the path under which the site lies; empty at the root.
 */
export function serveChannel(
  buildDir: string,
  isTaken: (path: string) => Promise<boolean> | boolean,
  base = '',
): Middleware {
  const cache = createFileCache();
  return async (ctx, next) => {
    const path = readFilePath(ctx);
    const isOurs = path !== undefined && CHANNEL_FILE.test(path) && !(await isTaken(path));
    const stats = isOurs && (await statFile(join(buildDir, path)));
    if (stats && base !== '' && WORKER_FILES.includes(path))
      sendWithBase(ctx, await readFile(join(buildDir, path), 'utf8'), base);
    else await (stats ? sendFile(ctx, cache, buildDir, { file: path, stats, version: versionOf(stats) }) : next());
  };
}

function sendWithBase(ctx: Context, script: string, base: string): void {
  const body = `self.stillhereBase??=${JSON.stringify(base)};${script}`;
  ctx.status = 200;
  ctx.type = 'js';
  ctx.set('Cache-Control', 'no-cache');
  ctx.etag = hashOf(body);
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = body;
}
