// The reader's places, by page, while the access lasts: in the local storage, because only that can be written while a page
// is being closed.
import { openStorage } from './open-storage.ts';

/** A place in a text. It is the same whatever the size of the window and of the letters. */
export interface Place {
  /** The block at the upper edge, by its number in the text. */
  readonly block: number;
  /** The part of the block that is above the edge, mostly from 0 to 1. */
  readonly part: number;
}

interface Places {
  readonly session: string;
  /** When the access ends, epoch milliseconds on the device's clock. */
  readonly untilMs: number;
  /** By the path of the page. */
  readonly byPath: Readonly<Record<string, Place>>;
}

const KEY = 'stillhere-places';

/** The place in the page; undefined without one. */
export function findPlace(session: string | undefined, path: string): Place | undefined {
  return readPlaces(session)?.byPath[path];
}

/** Deletes the places if they are of another session than the device's, or the access is over. */
export function dropEndedPlaces(session: string | undefined): void {
  readPlaces(session);
}

/** @param place undefined: deletes the page's place. */
export function keepPlaceIn(
  access: { readonly session: string; readonly untilMs: number },
  path: string,
  place: Place | undefined,
): void {
  const { session, untilMs } = access;
  if (untilMs <= Date.now()) return;
  const { [path]: _, ...others } = readPlaces(session)?.byPath ?? {};
  const places: Places = { session, untilMs, byPath: { ...others, ...(place && { [path]: place }) } };
  try {
    openStorage('localStorage')?.setItem(KEY, JSON.stringify(places));
  } catch {
    // The storage is full. The text can be read without a place.
  }
}

export function forgetPlaces(): void {
  openStorage('localStorage')?.removeItem(KEY);
}

function readPlaces(session: string | undefined): Places | undefined {
  const text = openStorage('localStorage')?.getItem(KEY);
  if (!text) return undefined;
  try {
    const places = JSON.parse(text) as Places;
    if (places.session === session && places.untilMs > Date.now()) return places;
  } catch {
    // Not ours: another script of the origin has written it.
  }
  forgetPlaces();
  return undefined;
}
