// What the list of sessions, its exports and the commands can be asked for. Pure.
import * as v from 'valibot';
import { HttpError } from '../http/http-error.ts';
import type { SessionCursor, SessionFilter, SessionSort } from '../store/session-query.ts';
import {
  choice,
  cursor,
  DEFAULT_PAGE_SIZE,
  email,
  instant,
  page,
  pageSize,
  reader,
  search,
  type Cursor,
} from './parameters.ts';
import { readParameters } from './read-parameters.ts';

/** Which sessions, and in which order. */
export const SESSION_FILTER = {
  email: v.optional(email),
  reader: v.optional(reader),
  page: v.optional(page),
  from: v.optional(instant),
  to: v.optional(instant),
  state: v.optional(choice('reading', 'away', 'ended', 'opened')),
  q: v.optional(search),
  sort: v.optional(choice('start', 'end', 'reading')),
};

export const SESSION_LIST = { ...SESSION_FILTER, pageSize: v.optional(pageSize), cursor: v.optional(cursor) };

export interface FilteredSessions {
  readonly filter: SessionFilter;
  readonly sort: SessionSort;
}

/**
 * @param values by the name of the parameter, as given.
 * @throws HttpError 400 that names the parameter and says what it must be.
 */
export function readSessionFilter(values: Readonly<Record<string, unknown>>): FilteredSessions {
  const { email: address, reader: named, page: of, from, to, state, q, sort } = readParameters(SESSION_FILTER, values);
  if (address !== undefined && named) throw new HttpError(400, 'reader: must be left out where email is given');
  if (from !== undefined && to !== undefined && from >= to) throw new HttpError(400, 'to: must be after from');
  return {
    filter: {
      reader: address === undefined ? named : { email: address },
      page: of,
      fromMs: from,
      toMs: to,
      state,
      text: q,
    },
    sort: sort ?? 'start',
  };
}

/** As {@link readSessionFilter}, for one page. */
export function readSessionList(
  values: Readonly<Record<string, unknown>>,
): FilteredSessions & { readonly pageSize: number; readonly after: SessionCursor | undefined } {
  const { pageSize: size, cursor: place } = readParameters(SESSION_LIST, values);
  const filtered = readSessionFilter(values);
  return { ...filtered, pageSize: size ?? DEFAULT_PAGE_SIZE, after: placeIn(place, filtered.sort) };
}

/** @throws HttpError 400 for the cursor of another order. */
export function placeIn(place: Cursor | undefined, sort: string): Cursor | undefined {
  if (place && place.sort !== sort)
    throw new HttpError(400, 'cursor: must be the "next" of an earlier answer with the same sort');
  return place;
}
