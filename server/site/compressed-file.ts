// Chooses the compressed file that a build may have put beside another one. It is sent only if its content is the same:
// after a manual correction the old file is still there, and file times are not reliable.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { Context } from 'koa';
import { versionOf, type FileCache } from './file-cache.ts';
import { statFile, type Found } from './find-file.ts';

/** Best first. */
const COMPRESSED = [
  { encoding: 'br', ending: '.br', decompress: () => createBrotliDecompress() },
  { encoding: 'gzip', ending: '.gz', decompress: () => createGunzip() },
] as const;
/** Larger files are not compared, and sent uncompressed. */
const MOST_COMPARED = 64 * 1024 * 1024;

export interface Chosen extends Found {
  /** Undefined: the file itself. */
  readonly encoding?: 'br' | 'gzip';
}

export async function chooseEncoding(ctx: Context, cache: FileCache, root: string, whole: Found): Promise<Chosen> {
  for (const { encoding, ending, decompress } of COMPRESSED) {
    if (!ctx.acceptsEncodings(encoding)) continue;
    const file = whole.file + ending;
    const stats = await statFile(join(root, file));
    if (!stats) continue;
    const version = versionOf(stats);
    const isSame = await cache(`same\0${file}`, `${whole.version},${version}`, () =>
      holdsSame(join(root, file), decompress(), join(root, whole.file), whole.stats.size),
    );
    if (isSame) return { encoding, file, stats, version };
  }
  return whole;
}

/** A compressed file is untrusted: it may be truncated, or contain far more than the original. */
async function holdsSame(file: string, decompress: Transform, original: string, size: number): Promise<boolean> {
  if (size > MOST_COMPARED) return false;
  try {
    const hashes = await Promise.all([
      hashStream(createReadStream(original), size),
      hashStream(
        pipeline(createReadStream(file), decompress, () => {}),
        size,
      ),
    ]);
    return hashes[0] === hashes[1];
  } catch {
    return false;
  }
}

/** @throws if the stream has more than `most` bytes. */
async function hashStream(stream: Readable, most: number): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) throw new RangeError('more than the original');
    hash.update(chunk);
  }
  return hash.digest('base64');
}
