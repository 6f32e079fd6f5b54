// Where the owner's pages and API are: OWNER_PATH and BASE decide.

let siteBase = '';
let base = '/owner';

/**
 * @param path where the owner's pages are on the site, like `/owner`.
 * @param under the path under which the site lies; empty at the root.
 */
export function useOwnerPath(path: string, under: string): void {
  siteBase = under;
  base = under + path;
}

/** @param path of the API, like `/api/sessions`. */
export function apiPath(path: string): string {
  return siteBase + path;
}

/** @param path below that of the owner's pages, like `/readers`; empty: the first of them. */
export function ownerPath(path = ''): string {
  return base + path;
}

/** What {@link ownerPath} was given. Undefined: this is none of the owner's pages. */
export function readOwnerPath(pathname: string): string | undefined {
  return pathname === base || pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : undefined;
}
