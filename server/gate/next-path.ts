// Where the gate leads to: paths of this site, nothing else.
const SITE = 'http://site.invalid';

/**
 * `next` as a path of this site (with its query and fragment), or undefined if it leads, or could be read to lead,
 * elsewhere: `//host`, `/\host`, `javascript:`, `/.//host`. Parsed twice, because resolving can make the second form.
 */
export function readNextPath(next: string | undefined): string | undefined {
  const path = toPath(next);
  return toPath(path) === path ? path : undefined;
}

function toPath(next: string | undefined): string | undefined {
  if (!next?.startsWith('/') || !URL.canParse(next, SITE)) return undefined;
  const url = new URL(next, SITE);
  return url.origin === SITE ? url.pathname + url.search + url.hash : undefined;
}
