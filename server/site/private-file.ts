// Files that are never given out, wherever they lie: the store, the secrets beside it, and environments.
import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fold } from './other-names.ts';

const ENVIRONMENT = /^\.env/;
/** After the name of the store: what SQLite and we lay beside it, and copies that people make. */
const BESIDE = /^(?:[-.](?:wal|shm|journal|secrets|tmp|bak|backup|old|orig|copy|gz|br|zst|zip|\d)[^/\\]*|~)?$/;

/**
 * By name and by what it is: links, other spellings and hard links are the same file.
 * @param path on the disk.
 * @param privateFiles of which nobody gets a byte, and of what lies beside them under their names.
 */
export async function isPrivateFile(path: string, stats: Stats, privateFiles: readonly string[]): Promise<boolean> {
  const names = [resolve(path), await realpath(path)].map(fold);
  if (names.some((name) => ENVIRONMENT.test(basename(name)))) return true;
  for (const file of privateFiles) {
    const stores = [resolve(file), await realpath(file).catch(() => resolve(file))].map(fold);
    if (names.some((name) => stores.some((store) => name.startsWith(store) && BESIDE.test(name.slice(store.length)))))
      return true;
    const store = await stat(file).catch(() => undefined);
    if (store?.ino === stats.ino && store.dev === stats.dev) return true;
  }
  return false;
}
