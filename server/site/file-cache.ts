// What was made of a file, in memory as long as the file on the disk is the same: one look at it for each request, and no more.
// Reading a file of 50 kB for each of them takes longer than all else.
import type { Stats } from 'node:fs';
import { createSizedCache } from '../http/cache.ts';

const MOST_BYTES = 64 * 1024 * 1024;
/** What an entry costs beside its bytes. */
const ENTRY_BYTES = 500;
/** The clock of a file system stands still for up to 10 ms: two changes may have one time. */
const UNSETTLED_MS = 100;

interface Kept {
  readonly version: string;
  readonly made: unknown;
  readonly bytes: number;
}

export interface FileCache {
  /**
   * @param key of what is made: the same key always for the same type.
   * @param version of all that it is made of; another one makes it anew.
   * @param sizeOf its bytes.
   */
  <T>(key: string, version: string, make: () => Promise<T>, sizeOf?: (made: T) => number): Promise<T>;
}

export function createFileCache(): FileCache {
  const cache = createSizedCache<string, Kept>(
    MOST_BYTES,
    ({ bytes, version }, key) => ENTRY_BYTES + bytes + 2 * (key.length + version.length),
  );
  const making = new Map<string, Promise<unknown>>();

  return async <T>(key: string, version: string, make: () => Promise<T>, sizeOf = (_made: T): number => 0) => {
    const kept = cache.get(key);
    if (kept?.version === version) return kept.made as T;
    const name = `${key}\0${version}`;
    const already = making.get(name) as Promise<T> | undefined;
    if (already) return already;
    const made = make().finally(() => making.delete(name));
    making.set(name, made);
    cache.set(key, { version, made: await made, bytes: sizeOf(await made) });
    return made;
  };
}

let unsettled = 0;

/** The same for two looks at files that did not change in between. Length and time of a file alone can be set by anyone. */
export function versionOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  const age = Date.now() - ctimeMs;
  const again = age >= 0 && age < UNSETTLED_MS ? `-${unsettled++}` : '';
  return `${dev}-${ino}-${size}-${mtimeMs}-${ctimeMs}${again}`;
}
