// Files that are never served, wherever they are: the store, its secrets, and .env files.
import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { fold } from './other-names.ts';

const ENVIRONMENT = /^\.env/;
/** Allowed suffixes of the store's name: files that SQLite and Stillhere create, and copies that people make. */
const BESIDE = /^(?:[-.](?:wal|shm|journal|secrets|tmp|bak|backup|old|orig|copy|gz|br|zst|zip|\d)[^/\\]*|~| ?\(.*\))?$/;
/** Files that must not be served through a hard link either. */
const LINKED = ['', '-wal', '.secrets.json'];
/** In a copy: the text between the store's name and its extension. */
const COPY = /^(?:[ ._-].*|\(.*\))$/;

/**
 * Checks by name and by identity: links, other spellings and hard links are the same file.
 * @param path on the disk.
 * @param privateFiles files that are never served, like everything beside them that is named after them.
 */
export async function isPrivateFile(path: string, stats: Stats, privateFiles: readonly string[]): Promise<boolean> {
  const names = [resolve(path), await realpath(path)].map(fold);
  if (names.some((name) => ENVIRONMENT.test(basename(name)))) return true;
  for (const file of privateFiles) {
    const stores = [resolve(file), await realpath(file).catch(() => resolve(file))];
    if (names.some((name) => stores.some((store) => dirname(name) === fold(dirname(store)) && isNamedAs(name, store))))
      return true;
    for (const ending of LINKED) {
      const one = await stat(file + ending).catch(() => undefined);
      if (one?.ino === stats.ino && one.dev === stats.dev) return true;
    }
  }
  return false;
}

/**
 * True if the path names the private file, a file that belongs to it, or a copy (`stillhere copy.db`, `stillhere.db
 * (1)`).
 */
export function isNamedAs(path: string, privateFile: string): boolean {
  const name = fold(basename(path));
  const store = fold(basename(privateFile));
  const extension = extname(store);
  const isBeside = name.startsWith(store) && BESIDE.test(name.slice(store.length));
  const isCopy =
    extension !== '' &&
    name.startsWith(basename(store, extension)) &&
    name.endsWith(extension) &&
    COPY.test(name.slice(basename(store, extension).length, -extension.length));
  return isBeside || isCopy;
}
