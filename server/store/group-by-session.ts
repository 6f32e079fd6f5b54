// The sightings of a batch, by session.
import type { Sighting } from './session-store.ts';

/** The places of each session's sightings. */
export function groupBySession(sightings: readonly Sighting[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [place, { session }] of sightings.entries()) {
    const known = places.get(session);
    if (known) known.push(place);
    else places.set(session, [place]);
  }
  return places;
}
