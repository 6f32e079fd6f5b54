// Links of Markdown files, and the anchors of their headings by GitHub's rules. Reads no file. Enough for what Prettier
// formats: headings begin with `#`, addresses hold no parentheses.
import { posix } from 'node:path';

const FENCE = /^\s*(`{3,}|~{3,})/;
const CODE_SPAN = /(`+)(.*?[^`])\1(?!`)/gs;
const MARKDOWN_LINK = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g;
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s+<?([^\s>]+)/gm;
const ATTRIBUTE = /\b(?:href|src|srcset)="([^"]+)"/g;
/** Has a scheme or another host. */
const EXTERNAL = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i;

/**
 * The links between files that lead nowhere: each with its file, like `docs/gate.md: missing.md`.
 * @param pages Markdown by path; paths are relative to the repository, with slashes.
 * @param exists whether the repository has such a file or folder.
 */
export function findBrokenLinks(
  pages: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): readonly string[] {
  const anchors = new Map([...pages].map(([page, text]) => [page, readAnchors(text)]));
  return [...pages].flatMap(([page, text]) =>
    readLinks(text)
      .filter((link) => {
        const [path = '', anchor] = decodeURIComponent(link).split('#', 2);
        const target = path === '' ? page : posix.join(posix.dirname(page), path);
        if (path.startsWith('/') || target.startsWith('../') || !exists(target)) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchors.get(target)?.has(anchor);
      })
      .map((link) => `${page}: ${link}`),
  );
}

/** Addresses of links and pictures within the repository, in Markdown and in HTML, but not in code. */
export function readLinks(markdown: string): readonly string[] {
  const text = withoutFences(markdown)
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(CODE_SPAN, '');
  const found = [MARKDOWN_LINK, DEFINITION, ATTRIBUTE].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, address = '']) =>
      // A srcset is a list, each with its width or density.
      pattern === ATTRIBUTE ? address.split(',').map((one) => one.trim().split(/\s/, 1)[0] ?? '') : [address],
    ),
  );
  return found.filter((address) => !EXTERNAL.test(address));
}

/** What a link to a heading, or to an `<a id>`, may have after its `#`. */
export function readAnchors(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const text = withoutFences(markdown);
  for (const [, heading = ''] of text.matchAll(/^ {0,3}#{1,6}\s+(.+?)(?:\s+#+)?\s*$/gm)) {
    const slug = toSlug(heading);
    let anchor = slug;
    for (let nth = 1; anchors.has(anchor); nth++) anchor = `${slug}-${nth}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** The displayed heading in lower case; letters, digits, `_` and `-` stay, spaces become `-`. */
function toSlug(heading: string): string {
  const parts = heading.split(/`/);
  const shown = parts.map((part, nth) => (nth % 2 === 1 ? part : withoutMarkup(part))).join('');
  return shown
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

function withoutMarkup(text: string): string {
  return text
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/(?<!\w)_([^_]+)_(?!\w)/g, '$1');
}

function withoutFences(markdown: string): string {
  let fence = '';
  return markdown
    .split('\n')
    .filter((line) => {
      const [, marks = ''] = FENCE.exec(line) ?? [];
      if (fence === '') fence = marks;
      else {
        const isEnd = marks.startsWith(fence) && line.trim() === marks;
        if (isEnd) fence = '';
        return false;
      }
      return fence === '';
    })
    .join('\n');
}
