// Keeps the files that nobody may have from Vite's servers, which give out whatever lies in the project.
import { join } from 'node:path';
import { statFile } from './find-file.ts';
import { isNamedAs, isPrivateFile } from './private-file.ts';

/** As much of Vite's configuration as is used. */
export interface ViteFolders {
  readonly root: string;
  readonly publicDir: string;
  readonly base: string;
  readonly build: { readonly outDir: string };
}

/** How Vite names files outside of the root, and modules; one may stand in another. */
const PREFIXES = /^(?:\/+@(?:fs|id)(?=\/)|\/*__x00__|\/*file:(?:\/\/[^/]*)?(?=\/))+/i;
const ENVIRONMENT = /(?:^|[\\/])\.env[^\\/]*$/i;

/**
 * The request means such a file, whatever Vite would make of it.
 * @param url of the request, as it came.
 */
export async function asksForPrivateFile(
  url: string,
  { root, publicDir, base, build }: ViteFolders,
  privateFiles: readonly string[],
): Promise<boolean> {
  const path = decode(url.replace(/[?#].*$/s, ''));
  const bare = base !== '/' && path.startsWith(base) ? `/${path.slice(base.length)}` : path;
  // An alias, or another plugin, may lead to the file from anywhere.
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

/** More often than any server would. What can't be decoded names no file. */
function decode(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded === path ? path : decode(decoded);
  } catch {
    return path;
  }
}
