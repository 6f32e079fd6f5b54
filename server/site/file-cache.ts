// Caches what was computed from a file while the file on disk is unchanged. Each request costs only one `stat`; reading
// a 50 kB file each time would take longer than everything else.
import type { Stats } from 'node:fs';
import { createSizedCache } from '../http/cache.ts';

const MOST_BYTES = 64 * 1024 * 1024;
/** Overhead of an entry in addition to its bytes. */
const ENTRY_BYTES = 500;
/** File system timestamps have a resolution of up to 10 ms: two changes can have the same time. */
const UNSETTLED_MS = 100;

interface Kept {
  readonly version: string;
  readonly made: unknown;
  readonly bytes: number;
}

export interface FileCache {
  /**
   * @param key identifies what is computed. The same key must always have the same type.
   * @param version of all inputs; a different version is computed again.
   * @param sizeOf size in bytes.
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

/** Equal for two calls if the file did not change between them. Size and modification time alone can be forged. */
export function versionOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  const age = Date.now() - ctimeMs;
  const again = age >= 0 && age < UNSETTLED_MS ? `-${unsettled++}` : '';
  return `${dev}-${ino}-${size}-${mtimeMs}-${ctimeMs}${again}`;
}
