// Decides who can read a file by its identity, not by the requested path: links are followed, and copies beside a file
// count as that file.
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { FileCache } from './file-cache.ts';
import type { Found } from './find-file.ts';
import { isUnderAnyName } from './other-names.ts';
import { isPrivateFile } from './private-file.ts';

/** `none`: never served. */
export type Access = 'all' | 'readers' | 'none';

export interface FileGuard {
  (found: Found): Promise<Access>;
}

/** How long a real path is cached: a parent folder may be replaced. */
const KNOWN_MS = 1_000;
/** Files that tools keep for themselves. Kubernetes mounts files through folders that begin with two dots. */
const HIDDEN = /(?:^|\/)\.(?!well-known\/|\.)/;

/**
 * True if the file is protected under its path, under its real path, or as a copy of a protected file. Undecidable
 * cases count as protected.
 * @param root of the site.
 * @param path of a file in it, with a leading slash.
 */
export async function isProtectedFile(root: string, path: string, protect: readonly string[]): Promise<boolean> {
  if (isUnderAnyName(path, protect)) return true;
  const real = await findRealPath(root, path).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' || error.code === 'ENOTDIR' ? path : undefined,
  );
  return real === undefined || isUnderAnyName(real, protect);
}

export function createFileGuard(
  cache: FileCache,
  root: string,
  protect: readonly string[],
  privateFiles: readonly string[],
): FileGuard {
  const decide = async ({ file, stats }: Found): Promise<Access> => {
    const real = await findRealPath(root, file).catch(() => undefined);
    if (real === undefined || HIDDEN.test(real) || (await isPrivateFile(join(root, file), stats, privateFiles)))
      return 'none';
    return isUnderAnyName(file, protect) || isUnderAnyName(real, protect) ? 'readers' : 'all';
  };
  return (found) => {
    const version = `${found.version}@${Math.floor(Date.now() / KNOWN_MS)}`;
    return cache(`access\0${found.file}`, version, () => decide(found));
  };
}

/** Path inside the site, with a leading slash; undefined if the file is outside. */
async function findRealPath(root: string, file: string): Promise<string | undefined> {
  const path = relative(await realpath(root), await realpath(join(root, file)));
  const isOutside = path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
  return isOutside ? undefined : `/${path.split(sep).join('/')}`;
}
