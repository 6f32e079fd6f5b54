// Serves the channel's files: the worker, the page library and its chunks.
import { join } from 'node:path';
import type { Middleware } from 'koa';
import { createFileCache, versionOf } from './file-cache.ts';
import { statFile } from './find-file.ts';
import { sendFile } from './send-file.ts';
import { readFilePath } from '../http/request-path.ts';

const CHANNEL_FILE = /^\/(?:sw|stillhere(?:-[\w-]+)?)\.js(?:\.map)?$/;

/**
 * Mount it before the access check: if the whole site is behind the gate, the gate's page must deliver, too, and a
 * worker checks for updates long after access has ended.
 * @param isTaken the site has its own file at this path, which may be protected.
 */
export function serveChannel(buildDir: string, isTaken: (path: string) => Promise<boolean> | boolean): Middleware {
  const cache = createFileCache();
  return async (ctx, next) => {
    const path = readFilePath(ctx);
    const isOurs = path !== undefined && CHANNEL_FILE.test(path) && !(await isTaken(path));
    const stats = isOurs && (await statFile(join(buildDir, path)));
    await (stats ? sendFile(ctx, cache, buildDir, { file: path, stats, version: versionOf(stats) }) : next());
  };
}
