// Which page is read, as the record names it.
import { MAX_PAGE_CHARS } from '../sw/protocol/delivery.ts';
import type { Settings } from './options.ts';

/** What the server does not take: control characters, halves of surrogate pairs, what turns the direction. */
const REFUSED = /[\p{Cc}\p{Cs}\p{Bidi_C}]/gu;

/**
 * What `pageFrom` says; where it fails or says no path, the path of the address. Cut to what the server takes: nothing that is
 * read is lost for its name. Never throws.
 */
export function readPageName(pageFrom: Settings['pageFrom']): string {
  let page: unknown;
  try {
    page = pageFrom(location);
  } catch {
    // The mistake is the host page's; its reading counts all the same.
  }
  // That of about:srcdoc and blob: does not begin so.
  const path = location.pathname.replace(/^(?!\/)/, '/');
  const name = typeof page === 'string' && page.startsWith('/') ? page : path;
  return name.slice(0, MAX_PAGE_CHARS).replace(REFUSED, '\ufffd');
}
