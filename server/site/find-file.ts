// Which file of a site a path names.
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { versionOf } from './file-cache.ts';

export interface Found {
  /** From the root that it was looked for in, with a slash in front. */
  readonly file: string;
  readonly stats: Stats;
  /** The same for the same content, see `versionOf`. */
  readonly version: string;
}

/** What the tools of a site keep for themselves. `.well-known` is for everyone (RFC 8615). */
const HIDDEN = /\/\.(?!well-known\/)/;

/**
 * The path's own file, `index.html` of a folder that ends with a slash, or `<path>.html`; undefined: none.
 * @param path as from `readRequestPath`.
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

/** Undefined: there is no such file. */
export async function statFile(path: string): Promise<Stats | undefined> {
  return stat(path).then(
    (found) => (found.isFile() ? found : undefined),
    () => undefined,
  );
}
