// Sends a file: small ones from memory, large ones and ranges from disk (the only user of send, for its ranges).
import { extname } from 'node:path';
import { finished } from 'node:stream';
import type { Context } from 'koa';
import send from 'send';
import { chooseEncoding } from './compressed-file.ts';
import type { FileCache } from './file-cache.ts';
import type { Found } from './find-file.ts';
import { isHashedName } from './hashed-name.ts';
import { readSiteFile, type SiteFile } from './site-file.ts';

const IMMUTABLE = 'max-age=31536000, immutable';

export async function sendFile(
  ctx: Context,
  cache: FileCache,
  root: string,
  whole: Found,
  status = 200,
): Promise<void> {
  const original = await readSiteFile(cache, root, whole);
  ctx.status = status;
  if (!ctx.response.get('Cache-Control')) ctx.set('Cache-Control', isHashedName(whole.file) ? IMMUTABLE : 'no-cache');
  ctx.vary('Accept-Encoding');
  // The type is that of the original, not of its compressed form.
  setType(ctx, whole.file, original);
  const { encoding, ...chosen } = await chooseEncoding(ctx, cache, root, whole);
  if (encoding) ctx.set('Content-Encoding', encoding);
  const sent = encoding ? await readSiteFile(cache, root, chosen) : original;
  setValidators(ctx, sent, chosen.stats.ctimeMs);
  // An error page is never sent in part.
  const isPart = ctx.get('range') !== '' && status === 200;
  if (isPart || !sent.bytes) return stream(ctx, root, chosen.file, isPart);
  ctx.set('Accept-Ranges', 'bytes');
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = sent.bytes;
}

const types = new WeakMap<SiteFile, string>();

/** Sets the type by the file name, with the charset of the content. */
export function setType(ctx: Context, name: string, file: SiteFile): void {
  const known = types.get(file) ?? typeOf(ctx, name, file);
  types.set(file, known);
  ctx.set('Content-Type', known);
}

function typeOf(ctx: Context, file: string, { charset, plainType }: SiteFile): string {
  const extension = extname(file);
  ctx.type = extension.length > 1 ? extension : '';
  const sent = ctx.response.get('Content-Type') || `${plainType}; charset=`;
  const [type = plainType] = sent.split(';');
  // XML is UTF-8 by default.
  const isSaid = charset && (sent !== type || charset !== 'utf-8' || type.startsWith('text/'));
  return isSaid && !type.startsWith('application/octet') ? `${type}; charset=${charset}` : type;
}

/** Uses ctime, which can't be forged, and only once a second change can't have the same time. */
function setValidators(ctx: Context, { tag, bytes }: SiteFile, changedMs: number): void {
  ctx.etag = bytes ? `"${tag}"` : `W/"${tag}"`;
  const second = Math.ceil(changedMs / 1_000) * 1_000;
  if (second < Date.now() - 1_000) ctx.lastModified = new Date(second);
}

async function stream(ctx: Context, root: string, file: string, isPart: boolean): Promise<void> {
  ctx.respond = false;
  await new Promise<void>((resolve) => {
    finished(ctx.res, () => resolve());
    // `send` decodes the path, so it is encoded again. Hidden files were checked before.
    send(ctx.req, file.split('/').map(encodeURIComponent).join('/'), {
      root,
      index: false,
      acceptRanges: isPart || ctx.status === 200,
      cacheControl: false,
      etag: false,
      lastModified: false,
      dotfiles: 'allow',
    }).pipe(ctx.res);
  });
}
