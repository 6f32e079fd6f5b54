// What path a request means. Decided here once, for every adapter and for the files: pure, and it fails closed. Frameworks and
// file systems read a path in different ways, so a request is protected if any of those readings is.
import { posix } from 'node:path';
import { createSizedCache } from './cache.ts';

/** Deeper than this nobody decodes a path. */
const MAX_DECODINGS = 5;

/** Of paths that were folded before. */
const MAX_REMEMBERED_CHARS = 500_000;

/** Some servers cut a segment at `;` or `:`, and some ignore spaces around it: `/report/..;/` is `/` to them. */
const UP = /(?:^|\/) *\.\. *(?:[:;?#/]|$)/;

/** Accents on one letter. More of them are no text (UAX #15, 12), and take quadratic time to be put in order. */
const PILED = /\p{M}{31}/u;

/**
 * The path decoded once, without `.` and doubled slashes; undefined if it has no single meaning and must be refused (400):
 * a segment that any server reads as `..`, a backslash, NUL, a broken escape, or bytes that are not UTF-8, plain or encoded.
 * @param target the path of a request, or the whole request target.
 */
export function readRequestPath(target: string): string | undefined {
  const path = decode(pathOf(target));
  if (path === undefined || /[\\\0]/.test(path) || UP.test(path) || PILED.test(path)) return undefined;
  return posix.normalize(`/${path}`);
}

/** The path of a request that may ask for a file; undefined if it can't. */
export function readFilePath({ method, path }: RequestLine): string | undefined {
  return path !== null && (method === 'GET' || method === 'HEAD') ? readRequestPath(path) : undefined;
}

export interface RequestLine {
  readonly method: string;
  /** As Koa has it: null for an absolute target of another scheme that has none (`foo://host`). */
  readonly path: string | null;
}

/**
 * The request target lies under one of the prefixes as it stands, decoded once, or decoded until nothing changes. One that
 * {@link readRequestPath} refuses counts as protected.
 */
export function isProtectedTarget(target: string, prefixes: readonly string[]): boolean {
  return (
    readRequestPath(target) === undefined ||
    readings(pathOf(target)).some((path) => PILED.test(path) || isUnder(path, prefixes))
  );
}

/** Every path that a framework might take it for. */
function readings(path: string): readonly string[] {
  const all = [path];
  for (let decoded = decode(path); decoded !== undefined && all.length <= MAX_DECODINGS; decoded = decode(decoded)) {
    if (decoded === all.at(-1)) break;
    all.push(decoded);
  }
  return all;
}

/** Without query and fragment; of an absolute target (RFC 9112, 3.2.2) without scheme and host. */
function pathOf(target: string): string {
  const [path = ''] = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  return path;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Compressed files lie beside the file that they hold. */
const COMPRESSED = /\.(?:br|gz|zst)$/;
/** Other names of a page: without its ending it is the same one. Exports write its text beside it (`.txt`). */
const PAGE_FILE = /(?:\/index)?\.(?:html?|xhtml|txt)$/;

/**
 * The path lies under one of the prefixes, or names the same page as one: `/report`, `/report/`, `/report.html` and
 * `/report/index.html` are all one.
 */
export function isUnder(path: string, prefixes: readonly string[]): boolean {
  const folder = toFolder(path);
  return prefixes.some((prefix) => folder.startsWith(toFolder(prefix)));
}

/**
 * As the most forgiving file system and framework see it. Some don't tell `A` from `a`, or `é` from `e` with an accent; Windows
 * ignores dots and spaces at the end of a name and takes `:` for a stream; routers may cut a segment at `;`.
 */
const toFolder = remember((path: string): string => {
  const folded = path.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('\\', '/');
  const segments = folded
    .split('/')
    .map((segment) => (segment === '..' ? segment : segment.replace(/[:;?#].*$|(?<![. ])[. ]+$/g, '')));
  const name = posix.normalize(`/${segments.join('/')}`).replace(/\/$/, '');
  return `${name.replace(COMPRESSED, '').replace(PAGE_FILE, '')}/`;
});

/** Keeps the latest results: a site has few paths, and each request asks for its own several times. */
function remember(compute: (path: string) => string): (path: string) => string {
  const results = createSizedCache<string, string>(
    MAX_REMEMBERED_CHARS,
    (result, path) => result.length + path.length + 1,
  );
  return (path) => {
    const known = results.get(path);
    if (known !== undefined) return known;
    const result = compute(path);
    results.set(path, result);
    return result;
  };
}
