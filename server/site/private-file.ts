// Files that are never given out, wherever they lie: the store, the secrets beside it, and environments.
import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { fold } from './other-names.ts';

const ENVIRONMENT = /^\.env/;
/** After the name of the store: what SQLite and we lay beside it, and copies that people make. */
const BESIDE = /^(?:[-.](?:wal|shm|journal|secrets|tmp|bak|backup|old|orig|copy|gz|br|zst|zip|\d)[^/\\]*|~| ?\(.*\))?$/;
/** What must not be given out under the name of a hard link either. */
const LINKED = ['', '-wal', '.secrets.json'];
/** Between the name of the store and its extension, in a copy. */
const COPY = /^(?:[ ._-].*|\(.*\))$/;

/**
 * By name and by what it is: links, other spellings and hard links are the same file.
 * @param path on the disk.
 * @param privateFiles of which nobody gets a byte, and of what lies beside them under their names.
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

/** The path ends in the name of the private file, of what lies beside it, or of a copy (`stillhere copy.db`, `stillhere.db (1)`). */
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
