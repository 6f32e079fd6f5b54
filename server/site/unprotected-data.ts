// Finds text of protected pages in unprotected files. Tools for client-side navigation also put each page's text into a
// script, and search tools put it into an index (VitePress does both).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHtmlReader } from './html-reader.ts';
import { isUnder } from '../http/request-path.ts';

/** A protected page, and an unprotected file with text from it. Both are paths of the site. */
export interface UnprotectedData {
  readonly page: string;
  readonly file: string;
}

const PAGE = /\.x?html?$/i;
/** Files in which tools put the text of pages. */
const DATA = /\.(?:m?js|json|map|xml|txt|md)$/i;
/** Limit for the pages to check. One leak is enough for a warning. */
const MOST_PAGES = 200;
const MOST_BYTES = 8 * 1024 * 1024;

/** Prose of this length doesn't repeat by chance. This many matches are more than a public title or summary. */
const LEAST_RUN = 32;
const LEAST_RUNS = 3;

/**
 * Finds the protected pages whose text is in an unprotected script or data file, with one such file each. Text that
 * also occurs on other pages, like a header or footer, doesn't count. Reads files one at a time, so that a server can
 * continue meanwhile.
 * @param paths of all files of the site.
 */
export async function findUnprotectedData(
  siteDir: string,
  paths: readonly string[],
  protect: readonly string[],
): Promise<readonly UnprotectedData[]> {
  const isHidden = (path: string): boolean => isUnder(path, protect);
  const hidden = paths.filter((path) => PAGE.test(path) && isHidden(path)).slice(0, MOST_PAGES);
  if (hidden.length === 0) return [];

  /** The only page with this text; null if several have it. */
  const owners = new Map<string, string | null>();
  for (const page of hidden)
    for (const run of await readRuns(siteDir, page)) owners.set(run, owners.has(run) ? null : page);
  for (const page of paths.filter((path) => PAGE.test(path) && !isHidden(path)))
    for (const run of await readRuns(siteDir, page)) owners.delete(run);

  const leaks = new Map<string, string>();
  for (const file of paths.filter((path) => DATA.test(path) && !isHidden(path))) {
    const counts = new Map<string, number>();
    for (const run of await readRuns(siteDir, file)) {
      const page = owners.get(run);
      if (page) counts.set(page, (counts.get(page) ?? 0) + 1);
    }
    for (const [page, count] of counts) if (count >= LEAST_RUNS && !leaks.has(page)) leaks.set(page, file);
  }
  return [...leaks].map(([page, file]) => ({ page, file }));
}

async function readRuns(siteDir: string, path: string): Promise<ReadonlySet<string>> {
  const bytes = await readFile(join(siteDir, path)).catch(() => undefined);
  return bytes && bytes.length <= MOST_BYTES ? textRuns(bytes.toString(), PAGE.test(path)) : new Set();
}

/**
 * The runs of prose between tags, quotes and escapes. Text is cut there in every format: a page, a string in a script,
 * JSON.
 */
function textRuns(text: string, isPage: boolean): ReadonlySet<string> {
  const shown = isPage ? shownText(text) : unescapeScript(text);
  const runs = shown
    .split(/[<>"'`\\{}[\]]|&[#\w]+;|&/)
    .map((run) => run.replaceAll(/\s+/g, ' ').trim())
    .filter((run) => run.length >= LEAST_RUN && /\p{L}+ \p{L}+ \p{L}/u.test(run));
  return new Set(runs);
}

/** The visible text of a page, with a `<` for each tag. */
function shownText(page: string): string {
  const parts: string[] = [];
  let isHead = false;
  const reader = createHtmlReader({
    startTag: ({ name }) => {
      isHead = name === 'head' || (isHead && name !== 'body');
      parts.push('<');
    },
    endTag: ({ name }) => {
      isHead &&= name !== 'head';
      parts.push('<');
    },
    text: (text) => {
      if (!isHead && reader.insideOf !== 'script' && reader.insideOf !== 'style') parts.push(text);
    },
    other: () => parts.push('<'),
  });
  reader.write(page, true);
  return parts.join('');
}

function unescapeScript(text: string): string {
  return text
    .replaceAll(/\\u([\da-f]{4})|\\x([\da-f]{2})/gi, (_all, long: string, short: string) =>
      String.fromCharCode(Number.parseInt(long ?? short, 16)),
    )
    .replaceAll(/\\[nrt]/g, ' ');
}
