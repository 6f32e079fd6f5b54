// Keeps Vite's servers from serving private files, because they serve everything in the project.
import { join } from 'node:path';
import { statFile } from './find-file.ts';
import { isNamedAs, isPrivateFile } from './private-file.ts';

/** The part of Vite's configuration that is used. */
export interface ViteFolders {
  readonly root: string;
  readonly publicDir: string;
  readonly base: string;
  readonly build: { readonly outDir: string };
}

/** Vite's prefixes for files outside the root and for modules. They can be nested. */
const PREFIXES = /^(?:\/+@(?:fs|id)(?=\/)|\/*__x00__|\/*file:(?:\/\/[^/]*)?(?=\/))+/i;
const ENVIRONMENT = /(?:^|[\\/])\.env[^\\/]*$/i;

/**
 * True if the request means a private file, however Vite would resolve it.
 * @param url of the request, unmodified.
 */
export async function asksForPrivateFile(
  url: string,
  { root, publicDir, base, build }: ViteFolders,
  privateFiles: readonly string[],
): Promise<boolean> {
  const path = decode(url.replace(/[?#].*$/s, ''));
  const bare = base !== '/' && path.startsWith(base) ? `/${path.slice(base.length)}` : path;
  // An alias or another plugin can lead to the file from any path.
  if (privateFiles.some((file) => isNamedAs(bare, file))) return true;
  const absolute = bare.replace(PREFIXES, '/');
  const files = [absolute, ...[root, publicDir, join(root, build.outDir)].map((folder) => join(folder, absolute))];
  for (const file of files) {
    if (ENVIRONMENT.test(file)) return true;
    const stats = await statFile(file);
    if (stats && (await isPrivateFile(file, stats, privateFiles))) return true;
  }
  return false;
}

/** Decodes more often than any server would. What can't be decoded is no file name. */
function decode(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded === path ? path : decode(decoded);
  } catch {
    return path;
  }
}
