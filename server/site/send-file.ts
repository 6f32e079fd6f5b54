// Answers with a file (the only user of send, for its ranges, validators and types).
import { join } from 'node:path';
import { finished } from 'node:stream';
import type { Context } from 'koa';
import send from 'send';
import { isFile } from './find-file.ts';

/** Vite and Astro name these by their content. */
const HASHED = /^\/(?:assets|_astro)\//;
const IMMUTABLE = 'max-age=31536000, immutable';
/** What the build may have laid beside a file, best first. */
const COMPRESSED = [
  { encoding: 'br', ending: '.br' },
  { encoding: 'gzip', ending: '.gz' },
] as const;

/** @param file its path from `root`; it must be there. */
export async function sendFile(ctx: Context, root: string, file: string, status = 200): Promise<void> {
  if (!ctx.response.get('Cache-Control')) ctx.set('Cache-Control', HASHED.test(file) ? IMMUTABLE : 'no-cache');
  ctx.vary('Accept-Encoding');
  // Of what it is, not of how it is compressed.
  ctx.type = file.slice(file.lastIndexOf('.'));
  const compressed = await findCompressed(ctx, root, file);
  if (compressed) ctx.set('Content-Encoding', compressed.encoding);
  const sent = file + (compressed?.ending ?? '');
  ctx.respond = false;
  ctx.status = status;
  await new Promise<void>((resolve) => {
    finished(ctx.res, () => resolve());
    // It decodes what it is given; what we have is decoded. What is hidden was looked at before.
    send(ctx.req, sent.split('/').map(encodeURIComponent).join('/'), {
      root,
      index: false,
      cacheControl: false,
      dotfiles: 'allow',
    }).pipe(ctx.res);
  });
}

async function findCompressed(
  ctx: Context,
  root: string,
  file: string,
): Promise<(typeof COMPRESSED)[number] | undefined> {
  for (const kind of COMPRESSED)
    if (ctx.acceptsEncodings(kind.encoding) && (await isFile(join(root, file + kind.ending)))) return kind;
  return undefined;
}
