// Which addresses a site's service worker answers with a page that it keeps, as tools for single-page sites set it up: then nobody
// sees the gate there. Reads what Angular and Workbox write; other workers are not understood, and nothing is said of them.
import { join, posix } from 'node:path';
import * as v from 'valibot';
import { readText } from './own-workers.ts';

const List = v.object({
  navigationUrls: v.array(v.object({ positive: v.boolean(), regex: v.string() })),
  navigationRequestStrategy: v.optional(v.string()),
});
const FALLBACK = /\bcreateHandlerBoundToURL\(\s*["'`]/;
/** A regular expression in a list of them. */
const LITERAL = /\s*,?\s*\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/y;

export interface TakenPaths {
  readonly worker: string;
  readonly paths: readonly string[];
}

/**
 * @param workers request paths of the site's workers.
 * @param paths of the host, with the base of the site.
 */
export function findTakenPaths(
  siteDir: string,
  workers: readonly string[],
  paths: readonly string[],
): readonly TakenPaths[] {
  return workers.flatMap((worker) => {
    const text = readText(join(siteDir, worker));
    const taken = paths.filter((path) => takesOfAngular(siteDir, worker, text, path) || takesOfWorkbox(text, path));
    return taken.length > 0 ? [{ worker, paths: taken }] : [];
  });
}

/** Angular's service worker configuration, "navigationUrls"; with the strategy `freshness` the network is asked first. */
function takesOfAngular(siteDir: string, worker: string, text: string, path: string): boolean {
  if (!text.includes('ngsw.json')) return false;
  const list = v.safeParse(List, parseJson(readText(join(siteDir, posix.dirname(worker), 'ngsw.json'))));
  if (!list.success || list.output.navigationRequestStrategy === 'freshness') return false;
  const isMatched = (isPositive: boolean): boolean =>
    list.output.navigationUrls.some(({ positive, regex }) => positive === isPositive && matches(regex, '', path));
  return isMatched(true) && !isMatched(false);
}

/** Workbox's NavigationRoute: everything that its allowlist has, by default all, and its denylist hasn't. */
function takesOfWorkbox(text: string, path: string): boolean {
  if (!FALLBACK.test(text)) return false;
  const isIn = (name: string): boolean | undefined =>
    literalsAfter(text, name)?.some(([source, flags]) => matches(source, flags, path));
  return (isIn('allowlist') ?? true) && !isIn('denylist');
}

/** Sources and flags of the regular expressions in the list `name: […]`; undefined without such a list. */
function literalsAfter(text: string, name: string): readonly (readonly [string, string])[] | undefined {
  const start = new RegExp(`\\b${name}:\\s*\\[`).exec(text);
  if (!start) return undefined;
  const found: [string, string][] = [];
  LITERAL.lastIndex = start.index + start[0].length;
  for (let one = LITERAL.exec(text); one; one = LITERAL.exec(text)) found.push([one[1] ?? '', one[2] ?? '']);
  return found;
}

function matches(source: string, flags: string, path: string): boolean {
  try {
    return new RegExp(source, flags.replace(/[gy]/g, '')).test(path);
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
