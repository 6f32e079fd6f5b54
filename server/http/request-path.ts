// Decides which path a request means, in one place for every adapter and for files. Pure; fails closed. Frameworks and
// file systems read a path in different ways, so a request is protected if any of the readings is.
import { posix } from 'node:path';
import { createSizedCache } from './cache.ts';

/** No framework decodes a path more often. */
const MAX_DECODINGS = 5;

/** Size of the cache of folded paths, in characters. */
const MAX_REMEMBERED_CHARS = 500_000;

/** Some servers cut a segment at `;` or `:`, and some ignore spaces around it: they read `/report/..;/` as `/`. */
const UP = /(?:^|\/) *\.\. *(?:[:;?#/]|$)/;

/** More than 30 combining marks in a row are not text (UAX #15, 12) and take quadratic time to normalize. */
const PILED = /\p{M}{31}/u;

/**
 * Returns the path decoded once, without `.` and repeated slashes. Returns undefined if it is ambiguous and must be
 * refused (400): a segment that any server reads as `..`, a backslash, NUL, a broken escape, or bytes that are not
 * UTF-8, plain or encoded.
 * @param target the path of a request, or the whole request target.
 */
export function readRequestPath(target: string): string | undefined {
  const path = decode(pathOf(target));
  if (path === undefined || /[\\\0]/.test(path) || UP.test(path) || PILED.test(path)) return undefined;
  return posix.normalize(`/${path}`);
}

/** The path of a request for a file; undefined if the method can't request a file or the path is invalid. */
export function readFilePath({ method, path }: RequestLine): string | undefined {
  return path !== null && (method === 'GET' || method === 'HEAD') ? readRequestPath(path) : undefined;
}

export interface RequestLine {
  readonly method: string;
  /** Koa's value: null for an absolute target of another scheme without a path (`foo://host`). */
  readonly path: string | null;
}

/**
 * True if the request target is under one of the prefixes: as sent, decoded once, or decoded until nothing changes.
 * Targets that {@link readRequestPath} refuses count as protected.
 */
export function isProtectedTarget(target: string, prefixes: readonly string[]): boolean {
  return (
    readRequestPath(target) === undefined ||
    readings(pathOf(target)).some((path) => PILED.test(path) || isUnder(path, prefixes))
  );
}

/** True if the request target is under one of the prefixes however it is read, and in the same letters. */
export function isCertainlyUnder(target: string, prefixes: readonly string[]): boolean {
  const isWritten = (path: string, prefix: string): boolean => {
    const folder = prefix.replace(/\/$/, '');
    return path.startsWith(folder) && /^(?:[/.]|$)/.test(path.slice(folder.length));
  };
  return (
    readRequestPath(target) !== undefined &&
    readings(pathOf(target)).every((path) =>
      prefixes.some((prefix) => isUnder(path, [prefix]) && isWritten(path, prefix)),
    )
  );
}

/** Every path that a framework might read from this one. */
function readings(path: string): readonly string[] {
  const all = [path];
  for (let decoded = decode(path); decoded !== undefined && all.length <= MAX_DECODINGS; decoded = decode(decoded)) {
    if (decoded === all.at(-1)) break;
    all.push(decoded);
  }
  return all;
}

/** Removes query and fragment; in an absolute target (RFC 9112, 3.2.2) also scheme and host. */
function pathOf(target: string): string {
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*/s, '');
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Precompressed files are stored beside the originals. */
const COMPRESSED = /\.(?:br|gz|zst)$/;
/** File names that mean the same page as the path without them. Some exports write a page's text beside it (`.txt`). */
const PAGE_FILE = /(?:\/index)?\.(?:html?|xhtml|txt)$/;

/**
 * True if the path is under one of the prefixes or means the same page: `/report`, `/report/`, `/report.html` and
 * `/report/index.html` are the same.
 */
export function isUnder(path: string, prefixes: readonly string[]): boolean {
  const folder = toFolder(path);
  return prefixes.some((prefix) => folder.startsWith(toFolder(prefix)));
}

/**
 * Normalizes like the most permissive file system and framework. Some don't distinguish `A` from `a`, or composed from
 * decomposed `é`. Windows ignores trailing dots and spaces and reads `:` as a stream. Routers may cut a segment at `;`.
 */
const toFolder = remember((path: string): string => {
  const folded = path.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('\\', '/');
  const segments = folded
    .split('/')
    .map((segment) => (segment === '..' ? segment : segment.replace(/[:;?#].*|(?<![. ])[. ]+$/gs, '')));
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
