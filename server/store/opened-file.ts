// Files that a reader opened by themselves, like a PDF: no script runs in them, so they are known as opened, without reading time. Each is a
// span of no length. Pure.
import type { Sighting } from './session-store.ts';

/** A device can't give a span such an id (server/deliveries/parse-delivery.ts). */
const MARK = 'opened:';

/**
 * @param page name of the file.
 * @param visit tells one visit from another: once in each, the file counts as opened.
 * @param atMs when it was opened, epoch milliseconds.
 */
export function openedFile(session: string, page: string, visit: string, atMs: number): Sighting {
  const span = {
    id: `${MARK}${visit}`,
    page,
    startMs: atMs,
    endMs: atMs,
    offsetMs: 0,
    isClosed: true,
    isByServer: true,
  };
  return { session, receivedMs: atMs, span };
}

export function isOpenedFile({ id }: { readonly id: string }): boolean {
  return id.startsWith(MARK);
}
