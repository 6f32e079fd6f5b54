// Measures what deliveries cost and what becomes of their spans, around the code that answers and records them. It reads what they
// return, and changes nothing.
import type { AnswerDelivery } from '../deliveries/answer-delivery.ts';
import { LATE_MS } from '../store/bounds.ts';
import type { Recorded, SessionStore, Sighting } from '../store/session-store.ts';
import type { Metrics } from './metrics.ts';

type DeliveryMetrics = Pick<Metrics, 'addPending' | 'acknowledge' | 'countRefused'>;
type RecordingMetrics = Pick<Metrics, 'countCommit' | 'countFailedCommit' | 'observeSkew'>;

/** @param now milliseconds of the monotonic clock. */
export function measureDeliveries(
  answer: AnswerDelivery,
  metrics: DeliveryMetrics,
  now = (): number => performance.now(),
): AnswerDelivery {
  return async (request) => {
    let beganMs = now();
    metrics.addPending(1);
    try {
      const receipt = await answer({
        ip: request.ip,
        readSession: () => request.readSession(),
        // A body that arrives slowly is no fault of ours.
        readBody: async () => {
          const body = await request.readBody();
          beganMs = now();
          return body;
        },
      });
      metrics.acknowledge(now() - beganMs);
      if ('refused' in receipt) for (const { reason } of receipt.refused) metrics.countRefused(reason);
      return receipt;
    } finally {
      metrics.addPending(-1);
    }
  };
}

type RecordingStore = Pick<SessionStore, 'record'>;

export function measureRecording(store: RecordingStore, metrics: RecordingMetrics): RecordingStore {
  return {
    record: async (sightings) => {
      const beganMs = performance.now();
      const recorded = await store.record(sightings).catch((error: unknown) => {
        metrics.countFailedCommit();
        throw error;
      });
      const ms = performance.now() - beganMs;
      metrics.countCommit({ ms, sightings: sightings.length, ...countSpans(sightings, recorded) });
      for (const offsetMs of offsetsOf(sightings)) metrics.observeSkew(Math.abs(offsetMs));
      return recorded;
    },
  };
}

/** Late by the device's own clock, however wrong it is. */
function countSpans(
  sightings: readonly Sighting[],
  recorded: readonly Recorded[],
): { readonly stored: number; readonly late: number } {
  let stored = 0;
  let late = 0;
  for (const [nth, { span, receivedMs }] of sightings.entries()) {
    if (!span || span.isByServer || recorded[nth] !== 'stored') continue;
    stored++;
    if (receivedMs - span.offsetMs - span.endMs > LATE_MS) late++;
  }
  return { stored, late };
}

/** One for each delivery: its spans follow each other, and have the same offset. */
function* offsetsOf(sightings: readonly Sighting[]): Iterable<number> {
  let before: Sighting | undefined;
  for (const sighting of sightings) {
    const { span, session, receivedMs } = sighting;
    if (!span || span.isByServer) continue;
    const isSame =
      before?.session === session && before.receivedMs === receivedMs && before.span?.offsetMs === span.offsetMs;
    if (!isSame) yield span.offsetMs;
    before = sighting;
  }
}
