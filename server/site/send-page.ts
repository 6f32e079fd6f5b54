// Sends a page whose reading is recorded: with the heartbeat, and never in part.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import type { Context } from 'koa';
import { editBytes, editStream } from './edit-bytes.ts';
import type { FileCache } from './file-cache.ts';
import type { Found } from './find-file.ts';
import type { Assets } from './assets.ts';
import { needsOrigin, injectHeartbeat, type Edit } from './inject-heartbeat.ts';
import { scanPage, type ScannedPage } from './scan-page.ts';
import { setType } from './send-file.ts';
import { hashOf, type SiteFile } from './site-file.ts';

interface PreparedPage {
  readonly scanned: ScannedPage;
  /** Undefined: they depend on the origin and are made for each request. */
  readonly edits: readonly Edit[] | undefined;
  /** Undefined: depends on the origin, or the page is too large. */
  readonly bytes: Buffer | undefined;
  readonly etag: string | undefined;
}

interface PageSettings {
  readonly library: Assets;
  /** The path under which the site lies; empty at the root. */
  readonly base: string;
  /** The site's origin as readers see it; undefined if unknown. */
  readonly origin: () => string | undefined;
}

export async function sendPage(
  ctx: Context,
  cache: FileCache,
  root: string,
  { file, version }: Found,
  content: SiteFile,
  { library, base, origin }: PageSettings,
): Promise<void> {
  const path = join(root, file);
  const { worker } = library;
  const etagOf = (edits: readonly Edit[]): string => {
    const tag = hashOf(content.tag, library.version, JSON.stringify(edits));
    return content.bytes ? `"${tag}"` : `W/"${tag}"`;
  };
  const prepare = async (): Promise<PreparedPage> => {
    const scanned = await scanPage(content.bytes ?? path, content.page === 'xhtml');
    if (needsOrigin(scanned)) return { scanned, edits: undefined, bytes: undefined, etag: undefined };
    const edits = injectHeartbeat(scanned, { worker, base, origin: undefined });
    const bytes = content.bytes && editBytes(content.bytes, edits, scanned.utf);
    return { scanned, edits, bytes, etag: etagOf(edits) };
  };
  const page = await cache(`page\0${path}`, version, prepare, ({ bytes }) => bytes?.length ?? 0);
  const edits = page.edits ?? injectHeartbeat(page.scanned, { worker, base, origin: origin() });
  const { utf } = page.scanned;

  ctx.status = 200;
  setType(ctx, file, content);
  ctx.etag = page.etag ?? etagOf(edits);
  if (ctx.fresh) ctx.status = 304;
  else if (content.bytes) ctx.body = page.bytes ?? editBytes(content.bytes, edits, utf);
  // Koa does not close a stream that it doesn't send.
  else if (ctx.method !== 'HEAD') ctx.body = pipeline(createReadStream(path), editStream(edits, utf), () => {});
}
