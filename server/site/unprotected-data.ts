// What a gate can't hide: text of a page behind it that lies in a file before it, too. Tools that go from page to page by script
// put the text of each page into a script as well, and tools that search put it into an index (VitePress does both).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHtmlReader } from './html-reader.ts';
import { isUnder } from '../http/request-path.ts';

/** A page behind the gate, and a file that anyone may load and that has text of it. Both are paths of the site. */
export interface UnprotectedData {
  readonly page: string;
  readonly file: string;
}

const PAGE = /\.x?html?$/i;
/** Where tools put the text of pages. */
const DATA = /\.(?:m?js|json|map|xml|txt|md)$/i;
/** Of so many pages: one that leaks is enough to be told. */
const MOST_PAGES = 200;
const MOST_BYTES = 8 * 1024 * 1024;

/** A run of prose this long doesn't come twice by chance; so many of them are no title or summary that is meant for all. */
const LEAST_RUN = 32;
const LEAST_RUNS = 3;

/**
 * The pages behind the gate whose text is in a script or a data file before it, each with one such file. Text that is in other
 * pages, too, as a site's head and foot, doesn't count. Reads one file after another, so that a server goes on meanwhile.
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

  /** The one page that has the run; null: several do. */
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
 * The runs of prose between tags, quotes and escapes, which are where text is cut in whatever form it lies: a page, a string of a
 * script, JSON.
 */
function textRuns(text: string, isPage: boolean): ReadonlySet<string> {
  const shown = isPage ? shownText(text) : unescapeScript(text);
  const runs = shown
    .split(/[<>"'`\\{}[\]]|&[#\w]+;|&/)
    .map((run) => run.replaceAll(/\s+/g, ' ').trim())
    .filter((run) => run.length >= LEAST_RUN && /\p{L}+ \p{L}+ \p{L}/u.test(run));
  return new Set(runs);
}

/** What a reader sees of a page; a `<` stands for each tag. */
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
