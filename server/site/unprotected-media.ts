// Finds pictures, films and documents that are public although only pages behind the gate refer to them. Build tools put all of
// them into one folder.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isUnder } from '../http/request-path.ts';

const MEDIA =
  'avif|gif|jpe?g|png|svg|webp|bmp|tiff?|heic|pdf|mp[34]|m4[av]|mov|webm|og[gv]|wav|flac|docx?|xlsx?|pptx?|zip';
const IS_MEDIA = new RegExp(`\\.(?:${MEDIA})$`, 'i');
/** Where the name of such a file ends, in a page, a style sheet, a script or a list. */
const NAME_END = new RegExp(`\\.(?:${MEDIA})(?![\\w-])`, 'gi');
/** The rest of a name before its end. */
const NAME_START = /[^\s/\\"'`()<>=,?#&;]*$/;
/** File systems have no longer names; escapes make three characters of one byte. */
const LONGEST_NAME = 3 * 255;
const TEXT = /\.(?:x?html?|css|m?js|json|webmanifest|xml|txt|md|svg)$/i;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Finds the unprotected files that a protected page names and no unprotected file does. Reads files one at a time, so that a
 * server can continue meanwhile.
 * @param paths of all files of the site.
 */
export async function findUnprotectedMedia(
  siteDir: string,
  paths: readonly string[],
  protect: readonly string[],
): Promise<readonly string[]> {
  const isHidden = (path: string): boolean => isUnder(path, protect);
  const open = paths.filter((path) => IS_MEDIA.test(path) && !isHidden(path));
  if (open.length === 0 || !paths.some(isHidden)) return [];
  const named = { hidden: new Set<string>(), open: new Set<string>() };
  for (const path of paths.filter((one) => TEXT.test(one)))
    for (const name of await readNames(siteDir, path)) named[isHidden(path) ? 'hidden' : 'open'].add(name);
  return open.filter((path) => {
    const name = fold(basename(path));
    return named.hidden.has(name) && !named.open.has(name);
  });
}

async function readNames(siteDir: string, path: string): Promise<readonly string[]> {
  const bytes = await readFile(join(siteDir, path)).catch(() => undefined);
  if (!bytes || bytes.length > MOST_BYTES) return [];
  const text = bytes.toString();
  return Array.from(text.matchAll(NAME_END), ({ 0: end, index }) => {
    const [start] = NAME_START.exec(text.slice(Math.max(0, index - LONGEST_NAME), index)) ?? [''];
    return fold(start + end);
  });
}

/** As a browser and a file system understand the name. */
function fold(name: string): string {
  try {
    return decodeURIComponent(name).normalize('NFC').toLowerCase();
  } catch {
    return name.normalize('NFC').toLowerCase();
  }
}
