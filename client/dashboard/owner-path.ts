// Where the owner's pages are: OWNER_PATH decides.

let base = '/owner';

/** @param path like `/owner`. */
export function useOwnerPath(path: string): void {
  base = path;
}

/** @param path below that of the owner's pages, like `/readers`; empty: the first of them. */
export function ownerPath(path = ''): string {
  return base + path;
}

/** What {@link ownerPath} was given. Undefined: this is none of the owner's pages. */
export function readOwnerPath(pathname: string): string | undefined {
  return pathname === base || pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : undefined;
}
