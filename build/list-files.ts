// Lists files for builds: the same list on every system.
import { globSync } from 'node:fs';

/** The files that match, relative to `cwd`, sorted, with forward slashes. */
export function listFiles(pattern: string, cwd: string, exclude: readonly string[] = []): readonly string[] {
  return toUrlPaths(globSync(pattern, { cwd, exclude }));
}

/** Windows separates the parts of a path with backslashes, addresses and zip files don't. Sorted. */
export function toUrlPaths(files: readonly string[]): readonly string[] {
  return files.map((file) => file.replaceAll('\\', '/')).toSorted();
}
