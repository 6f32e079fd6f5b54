// Which page is read, as the record names it.
import type { Settings } from './options.ts';

/** What `pageFrom` says; where it fails or says no path, the path of the address. Never throws. */
export function readPage(pageFrom: Settings['pageFrom']): string {
  let page: unknown;
  try {
    page = pageFrom(location);
  } catch {
    // The mistake is the host page's; its reading counts all the same.
  }
  return typeof page === 'string' && page.startsWith('/') ? page : location.pathname;
}
