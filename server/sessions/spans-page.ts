// The parts in which a session's spans are sent. Pure.
import type { StoredSpan } from '../store/session-store.ts';
import { writeCursor, type Cursor } from './parameters.ts';

export const SPANS_A_PAGE = 500;
/** In the cursor. */
export const SPAN_ORDER = 'spans';

/** @param spans of which the first {@link SPANS_A_PAGE} are sent; at least one more, if there is one. */
export function nextOfSpans(spans: readonly StoredSpan[]): { readonly next?: string } {
  const last = spans[SPANS_A_PAGE - 1];
  return last && spans.length > SPANS_A_PAGE
    ? { next: writeCursor({ sort: SPAN_ORDER, value: last.startMs, id: last.id }) }
    : {};
}

/** In the order in which spans are sent. */
export function isAfter(one: Pick<Cursor, 'value' | 'id'>, other: Pick<Cursor, 'value' | 'id'>): boolean {
  return one.value > other.value || (one.value === other.value && one.id > other.id);
}
