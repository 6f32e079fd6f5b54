// Reads a file's bytes (if it is small), validator and kind of text. Based on its content, not its name.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FileCache } from './file-cache.ts';
import type { Found } from './find-file.ts';
import { readByteOrder } from './page-encoding.ts';
import { readPageCharset } from './scan-page.ts';

/** Larger files are streamed from disk. */
export const MAX_CACHED_BYTES = 1024 * 1024;

export interface SiteFile {
  /** Undefined if the file is too large to cache. */
  readonly bytes: Buffer | undefined;
  /** For the ETag: hash of the content, or of a large file's identity and times. */
  readonly tag: string;
  /** Set for a page that browsers parse as HTML or XHTML. */
  readonly page: 'html' | 'xhtml' | undefined;
  /** The charset to send; undefined if the file declares it or it is unknown. */
  readonly charset: 'utf-8' | 'utf-16le' | 'utf-16be' | undefined;
  /** The type to use if the name has no known extension. */
  readonly plainType: string;
}

const HTML = /^\.(?:s?html?)$/i;
const XHTML = /^\.(?:xhtml|xht)$/i;
const XML = /^\.(?:xml|svg|rss|atom|xsl)$/i;
/** The control characters that occur in text: tab, line feed, form feed, carriage return, escape. */
const TEXT_CONTROLS = new Set([9, 10, 12, 13, 27]);
const LOOKS_LIKE_HTML = /^\s*(?:<!--[^]{0,1000}?-->\s*)?<(?:!doctype\s+html|html)\b/i;

export function readSiteFile(cache: FileCache, root: string, { file, stats, version }: Found): Promise<SiteFile> {
  const path = join(root, file);
  return cache(
    path,
    version,
    () => makeSiteFile(path, stats),
    ({ bytes }) => bytes?.length ?? 0,
  );
}

/** @returns a base64url hash, short enough for a header. */
export function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64url').slice(0, 22);
}

async function makeSiteFile(path: string, stats: Stats): Promise<SiteFile> {
  const bytes = stats.size <= MAX_CACHED_BYTES ? await readFile(path) : undefined;
  const start = bytes ?? (await readStart(path));
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  const tag = bytes ? hashOf(bytes) : hashOf([dev, ino, size, mtimeMs, ctimeMs].join());
  return { bytes, tag, ...readKind(extname(path), start, bytes !== undefined) };
}

function readKind(
  extension: string,
  start: Buffer,
  isWhole: boolean,
): Pick<SiteFile, 'page' | 'charset' | 'plainType'> {
  const isText = isUtf8(isWhole ? start : wholeCharacters(start));
  const isPlain = isText && start.subarray(0, 4096).every((byte) => byte >= 32 || TEXT_CONTROLS.has(byte));
  const isNamed = extension !== '';
  const isHtml = isNamed ? HTML.test(extension) : isPlain && LOOKS_LIKE_HTML.test(start.toString('latin1', 0, 2048));
  const page = isHtml ? 'html' : XHTML.test(extension) ? 'xhtml' : undefined;
  const plainType = isHtml ? 'text/html' : isPlain ? 'text/plain' : 'application/octet-stream';

  const order = readByteOrder(start);
  const isXml = page === 'xhtml' || XML.test(extension);
  const named = page || isXml ? readPageCharset(start, isXml) : order?.utf;
  // ISO-2022-JP is all ASCII.
  const isUtf = named === undefined ? isText && !start.includes('\x1b$') : named === 'utf-8';
  const charset = isUtf ? 'utf-8' : order && !order.isMarked ? order.utf : undefined;
  return { page, charset, plainType };
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_CACHED_BYTES), 0, MAX_CACHED_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Removes an incomplete character at the end. */
function wholeCharacters(start: Buffer): Buffer {
  let end = start.length;
  for (let back = 1; back <= 4 && back <= start.length; back++) {
    const byte = start[start.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      end = start.length - back;
      break;
    }
  }
  return start.subarray(0, end);
}
