// Serves the files of a built site, and those of the channel: the worker and the page library.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { send } from '@koa/send';
import type { Context, Middleware } from 'koa';
import { readSitePath } from './site-path.ts';

/** The worker, the page library, and what it loads later. A site may have a worker of its own, with ours in it. */
const CHANNEL_FILE = /^\/(?:sw|stillhere(?:-[\w-]+)?)\.js(?:\.map)?$/;
/** Vite names these by their content. */
const HASHED = /^\/assets\//;
const IMMUTABLE = 'max-age=31536000, immutable';

/** @param buildDir where the build put the channel's files. */
export function serveSite(siteDir: string, buildDir: string): Middleware {
  return async (ctx, next) => {
    const path = ctx.method === 'GET' || ctx.method === 'HEAD' ? readSitePath(ctx.path) : undefined;
    if (path === undefined) await next();
    else if ((await sendFile(ctx, siteDir, path)) || (CHANNEL_FILE.test(path) && (await sendFile(ctx, buildDir, path))))
      ctx.status = ctx.fresh ? 304 : 200;
    else if (await isFile(join(siteDir, path, 'index.html'))) {
      ctx.status = 301;
      ctx.redirect(`${encodeURI(path)}/${ctx.search}`);
    } else if (await sendFile(ctx, siteDir, '/404.html')) ctx.status = 404;
    else await next();
  };
}

/** Answers with the file; false, and nothing done, if there is none. */
async function sendFile(ctx: Context, root: string, path: string): Promise<boolean> {
  const file = path.endsWith('/') ? `${path}index.html` : path;
  if (!(await isFile(join(root, file)))) return false;
  if (!ctx.response.get('Cache-Control')) ctx.set('Cache-Control', HASHED.test(path) ? IMMUTABLE : 'no-cache');
  // It sends `<file>.br` or `<file>.gz` to who takes that.
  ctx.vary('Accept-Encoding');
  // It decodes what it is given; what we have is decoded.
  const sent = await send(ctx, file.split('/').map(encodeURIComponent).join('/'), {
    root,
    setHeaders: (response, _file, { mtimeMs, size }) => response.setHeader('ETag', `W/"${mtimeMs}-${size}"`),
  });
  return sent !== undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
