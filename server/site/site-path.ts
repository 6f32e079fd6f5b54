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

/** The path of a request that may ask for a file; undefined if it can't. */
export function readFilePath({ method, path }: { readonly method: string; readonly path: string }): string | undefined {
  return method === 'GET' || method === 'HEAD' ? readSitePath(path) : undefined;
}

/** Of a page's file; a path without it names the same one. Compressed files lie beside it. */
const PAGE_FILE = /(?:\/index)?\.html?(?:\.br|\.gz)?$/;

/**
 * The path lies under one of the prefixes, or names the same page as one: `/report`, `/report/`, `/report.html` and
 * `/report/index.html` are all one. In any case: some file systems don't tell `A` from `a`.
 */
export function isUnder(path: string, prefixes: readonly string[]): boolean {
  const folder = toFolder(path);
  return prefixes.some((prefix) => folder.startsWith(toFolder(prefix)));
}

function toFolder(path: string): string {
  return `${path.toLowerCase().replace(/\/$/, '').replace(PAGE_FILE, '')}/`;
}
