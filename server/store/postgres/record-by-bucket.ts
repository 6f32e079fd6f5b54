// Records a batch where the tables are distributed: the sessions of each bucket in a transaction of their own, so that each is committed by
// one machine.
import { bucketOf } from '../bucket.ts';
import type { Recorded, Sighting } from '../session-store.ts';

type RecordSome = (sightings: readonly Sighting[], bucket: number) => Promise<readonly Recorded[]>;

/**
 * Results are in the order of the sightings. If one transaction fails, so does all, after the others have ended: what they stored stays,
 * and changes nothing when it is delivered again.
 */
export async function recordByBucket(
  sightings: readonly Sighting[],
  recordSome: RecordSome,
): Promise<readonly Recorded[]> {
  const recorded: Recorded[] = sightings.map(() => 'unknown-session');
  const buckets = Map.groupBy(sightings.keys(), (place) => bucketOf(sightings[place]?.session ?? ''));
  const recordings = [...buckets].map(async ([bucket, places]) => {
    const some = places.flatMap((place) => sightings[place] ?? []);
    for (const [nth, what] of (await recordSome(some, bucket)).entries()) recorded[places[nth] ?? 0] = what;
  });
  for (const result of await Promise.allSettled(recordings)) if (result.status === 'rejected') throw result.reason;
  return recorded;
}
