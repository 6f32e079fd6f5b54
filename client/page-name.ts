// The name of the current page in the record.
import { MAX_PAGE_CHARS } from '../sw/protocol/delivery.ts';
import type { Settings } from './options.ts';

/** Characters that the server refuses: control characters, unpaired surrogates, bidirectional controls. */
const REFUSED = /[\p{Cc}\p{Cs}\p{Bidi_C}]/gu;

/**
 * Returns the result of `pageFrom`, or the address's path if that fails or is not a path. Cut and cleaned to what the
 * server accepts, so that no reading is lost because of its name. Never throws.
 */
export function readPageName(pageFrom: Settings['pageFrom']): string {
  // The pathname of about:srcdoc and blob: has no leading slash.
  let name = location.pathname.replace(/^(?!\/)/, '/');
  try {
    const page = pageFrom(location);
    if (page.startsWith('/')) name = page;
  } catch {
    // An error of the host page, or no text. Its reading still counts.
  }
  return name.slice(0, MAX_PAGE_CHARS).replace(REFUSED, '\ufffd');
}
