// The service workers that a site brings itself, and what of the gated pages they keep. Told by what a script does, since tools give
// their workers many names, and by the usual names, since a script can do it in a file that it imports.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isUnder } from '../http/request-path.ts';
import { toSitePath } from '../http/site-base.ts';

const SCRIPT = /\.m?js$/i;
const USUAL_NAME = /^(?:sw|service-?worker|.+-sw)\.m?js$/i;
/** Data that a worker reads a list of files from, like Angular's `ngsw.json`. */
const LIST = /\.(?:m?js|json)$/i;
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_LISTS = 20;
/** What only a service worker does. */
const IS_WORKER =
  /\baddEventListener\s*\(\s*["'`](?:fetch|install)["'`]|\bself\.(?:addEventListener\s*\(\s*["'`](?:activate|push)["'`]|on(?:fetch|install|push)\s*=)|\bprecacheAndRoute\b|\bclients\.claim\s*\(/;
/** A worker that is somewhere else is a line or two: `importScripts('https://…')`. */
const IS_STUB = /^[^\n]{0,200}\bimportScripts\s*\(/m;
const MOST_STUB_CHARS = 2_000;
/** What stands between two quotes: strings, and what is between them. */
const QUOTED = /(?<=["'`])[^"'`\s\\]{1,500}(?=["'`])/g;

export interface KeptPage {
  /** Request paths. */
  readonly worker: string;
  readonly page: string;
}

/**
 * Request paths of the service workers in whose scope gated pages lie. Looks into the folders above them: a worker's scope is its
 * folder (Service Workers, "path restriction").
 */
export function findOwnWorkers(siteDir: string, protect: readonly string[]): readonly string[] {
  return [...new Set(protect.flatMap(foldersAbove))].flatMap((folder) =>
    listFiles(join(siteDir, folder))
      .filter((file) => USUAL_NAME.test(file) || (SCRIPT.test(file) && isWorker(readText(join(siteDir, folder, file)))))
      .map((file) => folder + file),
  );
}

/**
 * One gated page for each worker of the site that names some: it keeps what the page's address showed to the one who installed it.
 * @param base the path under which the site lies.
 */
export function findKeptPages(siteDir: string, protect: readonly string[], base = ''): readonly KeptPage[] {
  return findOwnWorkers(siteDir, protect).flatMap((worker) => {
    const text = readText(join(siteDir, worker));
    const names = namesIn(text);
    const lists = names
      .filter((name) => LIST.test(name))
      .slice(0, MOST_LISTS)
      .map((name) => readText(join(siteDir, name)));
    const page = [names, ...lists.map(namesIn)]
      .flat()
      .find((name) => isUnder(toSitePath(base, name), protect) && !name.endsWith('.js'));
    return page === undefined ? [] : [{ worker, page }];
  });
}

/** `/a/b/` gives `/`, `/a/` and `/a/b/`. */
function foldersAbove(prefix: string): readonly string[] {
  return [...prefix.matchAll(/\//g)].map(({ index }) => prefix.slice(0, index + 1));
}

function isWorker(text: string): boolean {
  return IS_WORKER.test(text) || (text.length <= MOST_STUB_CHARS && IS_STUB.test(text));
}

/** The strings of a script or of JSON, as request paths without a query (Angular asks for `ngsw.json?…`). */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(QUOTED)]
    .map(([name]) => `/${name.replace(/^\.?\/+/, '').replace(/\?.*/, '')}`)
    .filter((name) => !name.includes('..'));
}

/** An unreadable file is empty. */
export function readText(file: string): string {
  try {
    return statSync(file).size <= MOST_BYTES ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
