// Finds the file of a site that a path names.
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { versionOf } from './file-cache.ts';

export interface Found {
  /** Path from the root, with a leading slash. */
  readonly file: string;
  readonly stats: Stats;
  /** Equal for equal content, see `versionOf`. */
  readonly version: string;
}

/** Files that a site's tools keep for themselves. `.well-known` is public (RFC 8615). */
const HIDDEN = /\/\.(?!well-known\/)/;

/**
 * The file at the path, `index.html` in a folder (trailing slash), or `<path>.html`; undefined if none exists.
 * @param path from `readRequestPath`.
 */
export async function findFile(root: string, path: string): Promise<Found | undefined> {
  if (HIDDEN.test(path)) return undefined;
  const bare = path.replace(/\/$/, '');
  const candidates = path.endsWith('/') ? [`${path}index.html`, bare && `${bare}.html`] : [path, `${path}.html`];
  for (const file of candidates) {
    const stats = file && (await statFile(join(root, file)));
    if (stats) return { file, stats, version: versionOf(stats) };
  }
  return undefined;
}

/** Undefined if there is no such file. */
export async function statFile(path: string): Promise<Stats | undefined> {
  return stat(path).then(
    (found) => (found.isFile() ? found : undefined),
    () => undefined,
  );
}
