// Answers with a file: small ones from memory, large ones and parts from the disk (the only user of send, for its ranges and
// validators).
import { join } from 'node:path';
import { finished } from 'node:stream';
import type { Context } from 'koa';
import send from 'send';
import type { FileCache } from './file-cache.ts';
import { statFile, type Found } from './find-file.ts';

/** Vite and Astro name these by their content. */
const HASHED = /^\/(?:assets|_astro)\//;
const IMMUTABLE = 'max-age=31536000, immutable';
/** What the build may have laid beside a file, best first. */
const COMPRESSED = [
  { encoding: 'br', ending: '.br' },
  { encoding: 'gzip', ending: '.gz' },
] as const;

export async function sendFile(
  ctx: Context,
  cache: FileCache,
  root: string,
  whole: Found,
  status = 200,
): Promise<void> {
  ctx.status = status;
  if (!ctx.response.get('Cache-Control')) ctx.set('Cache-Control', HASHED.test(whole.file) ? IMMUTABLE : 'no-cache');
  ctx.vary('Accept-Encoding');
  // Of what it is, not of how it is compressed.
  ctx.type = whole.file.slice(whole.file.lastIndexOf('.'));
  const { file, stats } = await chooseEncoding(ctx, root, whole);
  const bytes = ctx.get('range') ? undefined : await cache(join(root, file), stats);
  if (!bytes) return stream(ctx, root, file);
  ctx.etag = `W/"${stats.size.toString(16)}-${stats.mtimeMs.toString(16)}"`;
  ctx.lastModified = stats.mtime;
  ctx.set('Accept-Ranges', 'bytes');
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = bytes;
}

async function chooseEncoding(ctx: Context, root: string, whole: Found): Promise<Found> {
  for (const { encoding, ending } of COMPRESSED) {
    if (!ctx.acceptsEncodings(encoding)) continue;
    const stats = await statFile(join(root, whole.file + ending));
    if (!stats) continue;
    ctx.set('Content-Encoding', encoding);
    return { file: whole.file + ending, stats };
  }
  return whole;
}

async function stream(ctx: Context, root: string, file: string): Promise<void> {
  ctx.respond = false;
  await new Promise<void>((resolve) => {
    finished(ctx.res, () => resolve());
    // It decodes what it is given; what we have is decoded. What is hidden was looked at before.
    send(ctx.req, file.split('/').map(encodeURIComponent).join('/'), {
      root,
      index: false,
      cacheControl: false,
      dotfiles: 'allow',
    }).pipe(ctx.res);
  });
}
