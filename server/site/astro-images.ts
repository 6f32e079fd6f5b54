// Finds the pictures of an Astro build that only pages behind the gate use. Astro puts all pictures into one public folder.
import { fileURLToPath } from 'node:url';
import { isUnder } from '../http/request-path.ts';
import type { AstroRoute } from './astro-open-files.ts';

/** The part of the bundler's plugin context that is used. */
export interface ModuleGraph {
  readonly environment: { readonly name: string };
  getModuleIds(): Iterable<string>;
  getModuleInfo(id: string): ModuleInfo | null;
  getFileName(reference: string): string;
}

export interface ModuleInfo {
  readonly code?: string | null;
  readonly importers: readonly string[];
  readonly dynamicImporters: readonly string[];
}

/** What Astro writes into a picture's module for the address of the built file. */
const PICTURE = /__ASTRO_ASSET_IMAGE__([\w$]+)__/g;
/** Astro's own module around each page. */
const PAGE_MODULE = '\0virtual:astro:page';

export interface PictureUsers {
  /** Call it once for each environment of the build, when its modules are complete. */
  add(graph: ModuleGraph): void;
  /** The paths of the pictures that pages behind the gate use, and nothing else does. */
  listPrivate(): readonly string[];
}

/**
 * A picture counts as public if anything but a gated page leads to it, so that no public page misses one.
 * @param root the site's folder.
 * @param routes all routes, known when the build begins.
 */
export function createPictureUsers(
  root: URL,
  routes: () => readonly AstroRoute[],
  protect: readonly string[],
): PictureUsers {
  const users = new Map<string, 'gated' | 'public'>();
  return {
    add: (graph) => {
      const pages = new Map<string, boolean>();
      for (const { entrypoint, pattern } of routes()) {
        const source = fileURLToPath(new URL(encodeURI(entrypoint), root)).replaceAll('\\', '/');
        pages.set(source, (pages.get(source) ?? true) && isUnder(pattern, protect));
      }
      for (const id of graph.getModuleIds())
        for (const [, reference = ''] of (graph.getModuleInfo(id)?.code ?? '').matchAll(PICTURE)) {
          const path = `/${graph.getFileName(reference)}`;
          // A script that runs in the browser is public.
          const isGated = graph.environment.name !== 'client' && isForGatedPages(graph, id, pages);
          if (!isGated || !users.has(path)) users.set(path, isGated ? 'gated' : 'public');
        }
    },
    listPrivate: () => [...users].flatMap(([path, user]) => (user === 'gated' ? path : [])).toSorted(),
  };
}

/** Follows the imports upwards. @param pages by source file: whether all its addresses are behind the gate. */
function isForGatedPages(graph: ModuleGraph, picture: string, pages: ReadonlyMap<string, boolean>): boolean {
  const seen = new Set([picture]);
  for (const id of seen) {
    const info = graph.getModuleInfo(id);
    const importers = [...(info?.importers ?? []), ...(info?.dynamicImporters ?? [])].filter(
      (importer) => !importer.startsWith(PAGE_MODULE),
    );
    const isGated = pages.get(id);
    if (isGated === false || (importers.length === 0 && isGated === undefined)) return false;
    for (const importer of importers) seen.add(importer);
  }
  return true;
}
