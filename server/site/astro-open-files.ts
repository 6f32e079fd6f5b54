// Finds what Astro built as files under protected paths. The gate is in front of Astro's own server, but not in front of a proxy
// or a host that gives these files out by itself.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isUnder } from '../http/request-path.ts';

/** The part of Astro's `IntegrationResolvedRoute` that is used. */
export interface AstroRoute {
  readonly isPrerendered: boolean;
  /** The source file, relative to the site's root. */
  readonly entrypoint: string;
  /** Like `/report/[month]`. */
  readonly pattern: string;
  readonly patternRegex: RegExp;
}

/** A file of the built site, under a protected path. */
export interface OpenFile {
  /** The path of the site that it answers. */
  readonly path: string;
  /** The source of a prerendered page; undefined for a file of `public/`. */
  readonly source: string | undefined;
}

const PAGE_FILE = /(?:(?<=\/)index)?\.html$/;
const MOST_NAMED = 10;

/**
 * @param dir the folder of the built site's files.
 * @param protect path prefixes behind the gate.
 */
export async function listOpenFiles(
  dir: URL,
  protect: readonly string[],
  routes: readonly AstroRoute[],
): Promise<readonly OpenFile[]> {
  const folder = join(fileURLToPath(dir), '/');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `/${join(parentPath, name).slice(folder.length).replaceAll('\\', '/')}`)
    .filter((file) => isUnder(file, protect))
    .toSorted()
    .map((file) => toOpenFile(file, routes));
}

function toOpenFile(file: string, routes: readonly AstroRoute[]): OpenFile {
  const path = file.replace(PAGE_FILE, '');
  const spellings = [path, `${path}/`, path.replace(/\/$/, '')];
  const route = routes.find(
    ({ isPrerendered, patternRegex }) => isPrerendered && spellings.some((one) => patternRegex.test(one)),
  );
  return { path, source: route?.entrypoint };
}

/**
 * What to tell the owner. A prerendered page behind the gate is a mistake; a file of `public/` is behind the gate as long as
 * Astro's own server gives it out.
 * @param isMiddleware the site's own server gives out the files, and not Astro's.
 */
export function describeOpenFiles(
  files: readonly OpenFile[],
  isMiddleware: boolean,
): { readonly problem?: string; readonly note?: string } {
  const pages = files.filter(({ source }) => source !== undefined);
  if (pages.length > 0)
    return {
      problem: [
        'stillhere: these pages behind the gate would be public, because they are prerendered:',
        ...list(pages),
        'Render them on demand: add `export const prerender = false` to each of them.',
      ].join('\n'),
    };
  if (files.length === 0) return {};
  if (isMiddleware)
    return {
      problem: [
        "stillhere: these files of public/ lie under protected paths, and would be public: with the adapter's mode 'middleware', your own server gives them out:",
        ...list(files),
        "Use the mode 'standalone', or move them out of public/.",
      ].join('\n'),
    };
  return {
    note: [
      "These files of public/ are behind the gate as long as Astro's own server gives them out, and not a proxy or a CDN:",
      ...list(files),
    ].join('\n'),
  };
}

function list(files: readonly OpenFile[]): readonly string[] {
  const named = files.slice(0, MOST_NAMED).map(({ path, source }) => `  ${path}${source ? ` (${source})` : ''}`);
  return files.length > MOST_NAMED ? [...named, `  and ${files.length - MOST_NAMED} more`] : named;
}
