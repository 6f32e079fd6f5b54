// Small files in memory, as they are on the disk now: a look at the file for each request, and no more. Reading a file of 50 kB
// for each of them takes longer than all else.
import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSizedCache } from '../cache.ts';

const MOST_BYTES = 64 * 1024 * 1024;
/** What is larger streams from the disk. */
export const MOST_FILE_BYTES = 1024 * 1024;

interface Kept {
  readonly mtimeMs: number;
  readonly size: number;
  readonly bytes: Buffer;
}

export type FileCache = ReturnType<typeof createFileCache>;

export function createFileCache() {
  const cache = createSizedCache<string, Kept>(MOST_BYTES, ({ bytes }) => Math.max(1, bytes.length));

  /**
   * @param found the file as it is now.
   * @param change what becomes of its bytes; `key` must tell one change from another.
   * @returns undefined for a file that is too large.
   */
  return async (
    file: string,
    { size, mtimeMs }: Stats,
    key = '',
    change = async (bytes: Buffer): Promise<Buffer> => bytes,
  ): Promise<Buffer | undefined> => {
    if (size > MOST_FILE_BYTES) return undefined;
    const name = `${file}\0${key}`;
    const kept = cache.get(name);
    if (kept?.mtimeMs === mtimeMs && kept.size === size) return kept.bytes;
    const bytes = await change(await readFile(file));
    cache.set(name, { mtimeMs, size, bytes });
    return bytes;
  };
}
