// What the webhook says of an event. The names are those of the owner's API; docs/notifications.md documents them. Pure.
import type { EventSession } from '../outbox/base-event-consumer.ts';
import type { SessionEvent } from '../outbox/session-events.ts';

/** A message as it is sent. Whenever the same event is sent again, both are the same. */
export interface Message {
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

export function eventMessage(
  { id, kind, atMs, visit, offlineMs, state, pages, replaces }: SessionEvent,
  { ref, email, identity, startMs }: EventSession,
): Message {
  const data = {
    ref,
    emailOfAccessor: email,
    identity,
    sessionStartTime: iso(startMs),
    visit: {
      number: visit.number,
      startTime: iso(visit.startMs),
      endTime: iso(visit.endMs),
      readingTimeMs: visit.readingMs,
      offlineMs,
      state,
      replaces,
    },
    pages: pages.map(({ page, readingMs }) => ({ page, readingTimeMs: readingMs })),
  };
  return { id, body: JSON.stringify({ type: kind, timestamp: iso(atMs), data }) };
}

/** Says nothing but that it arrives. */
export function testMessage(id: string, now: number): Message {
  return { id, body: JSON.stringify({ type: 'stillhere.test', timestamp: iso(now), data: {} }) };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
