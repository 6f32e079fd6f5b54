// Which file of a site a path names.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the tools of a site keep for themselves. `.well-known` is for everyone (RFC 8615). */
const HIDDEN = /\/\.(?!well-known\/)/;

/**
 * The file as a path from `root`: itself, `index.html` of a folder that ends with a slash, or `<path>.html`; undefined: none.
 * @param path as from `readSitePath`.
 */
export async function findFile(root: string, path: string): Promise<string | undefined> {
  if (HIDDEN.test(path)) return undefined;
  const bare = path.replace(/\/$/, '');
  const candidates = path.endsWith('/') ? [`${path}index.html`, bare && `${bare}.html`] : [path, `${path}.html`];
  for (const file of candidates) if (file && (await isFile(join(root, file)))) return file;
  return undefined;
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
