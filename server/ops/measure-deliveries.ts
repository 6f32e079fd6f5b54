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
      metrics.countCommit({ ms, sightings: sightings.length, ...lookAt(sightings, recorded, metrics.observeSkew) });
      return recorded;
    },
  };
}

/**
 * Late is what came late by the device's own clock, however wrong it is. The clock is observed once a delivery, whose spans follow each
 * other.
 */
function lookAt(
  sightings: readonly Sighting[],
  recorded: readonly Recorded[],
  observeSkew: RecordingMetrics['observeSkew'],
): { readonly stored: number; readonly late: number } {
  let nth = 0;
  let stored = 0;
  let late = 0;
  let before: Sighting | undefined;
  for (const sighting of sightings) {
    const what = recorded[nth++];
    const { span, session, receivedMs } = sighting;
    if (!span || span.isByServer) continue;
    const { offsetMs, endMs } = span;
    if (before?.receivedMs !== receivedMs || before.session !== session || before.span?.offsetMs !== offsetMs)
      observeSkew(Math.abs(offsetMs));
    before = sighting;
    if (what !== 'stored') continue;
    stored++;
    if (receivedMs - offsetMs - endMs > LATE_MS) late++;
  }
  return { stored, late };
}
