// A request's path → the path of a file in the site. Pure. The check before protected paths and the file that is served
// go by the same result, so that no spelling of a path leads around the gate.
import { posix } from 'node:path';

/** The path decoded once and without `.`, `..` and doubled slashes; undefined if it can't name a file. */
export function readSitePath(requestPath: string): string | undefined {
  try {
    const path = decodeURIComponent(requestPath);
    return /[\\\0]/.test(path) ? undefined : posix.normalize(`/${path}`);
  } catch {
    return undefined;
  }
}

/** Of the file that a path without it names, too; and of one that is compressed. */
const FILE_ENDING = /\.html?(?:\.br|\.gz)?$/;

/**
 * The path lies under one of the prefixes, or names the page that stands for its folder (`/report.html` for `/report/`). In any
 * case: some file systems don't tell `A` from `a`.
 */
export function isUnder(path: string, prefixes: readonly string[]): boolean {
  const folder = `${path.toLowerCase().replace(FILE_ENDING, '')}/`;
  return prefixes.some((prefix) => folder.startsWith(prefix));
}
