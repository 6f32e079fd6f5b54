// Where the gate redirects to: only to paths of this site.
import { toSitePath } from '../http/site-base.ts';

const SITE = 'http://site.invalid';

/**
 * Returns `next` as a path of this site with query and fragment, or undefined if it leads, or could be read to lead,
 * elsewhere: `//host`, `/\host`, `javascript:`, `/.//host`. Parsed twice, because resolving can produce the last form.
 * @param base the path under which the site lies. It is removed, if `next` has it.
 */
export function readNextPath(next: string | undefined, base = ''): string | undefined {
  const given = toPath(next);
  const path = given && toSitePath(base, given);
  return toPath(path) === path ? path : undefined;
}

function toPath(next: string | undefined): string | undefined {
  if (!next?.startsWith('/') || !URL.canParse(next, SITE)) return undefined;
  const url = new URL(next, SITE);
  return url.origin === SITE ? url.pathname + url.search + url.hash : undefined;
}
