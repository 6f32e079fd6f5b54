// Serves the channel's files: the worker, the page library, and what it loads later.
import { join } from 'node:path';
import type { Middleware } from 'koa';
import { createFileCache, versionOf } from './file-cache.ts';
import { statFile } from './find-file.ts';
import { sendFile } from './send-file.ts';
import { readFilePath } from '../http/request-path.ts';

const CHANNEL_FILE = /^\/(?:sw|stillhere(?:-[\w-]+)?)\.js(?:\.map)?$/;

/**
 * It belongs before the check of access: where the whole site is behind the gate the gate's own page delivers, too, and a
 * worker asks for its next version when the access is long over.
 * @param isTaken the site has a file of its own there, which may be behind the gate.
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
