// Recording into a session that is kept in memory, for tests of server/store/record.ts.
import { expect } from 'vitest';
import { recordSession, type ChangedSpan, type SessionState } from '../../server/store/record.ts';
import type { Interval } from '../../server/store/reading-time.ts';
import type { Recorded, Sighting } from '../../server/store/session-store.ts';

/** When the session began. */
export const NOW = 1_000_000;
/** When all is received, in milliseconds after that: few enough to count each. */
export const LATEST = 60;

export const NEW_SESSION: SessionState = {
  startMs: NOW,
  endMs: null,
  readingMs: 0,
  currentPage: null,
  offsetMs: null,
  formerOffsetMs: null,
  spanCount: 0,
  stretchCount: 0,
  lastStartMs: null,
  lastEndMs: null,
  lastSpanStartMs: null,
  lastSpanId: null,
  offlineMs: 0,
  endKnownBy: null,
  nextBeatMs: null,
};

/** Loads no more than it is asked for. */
export class RecordedSession {
  session = NEW_SESSION;
  revision = 1;
  readonly spans = new Map<string, Omit<ChangedSpan, 'id' | 'isNew'>>();
  readonly stretches = new Map<number, number>();

  record(sightings: readonly Sighting[], isCrowded = false): readonly Recorded[] {
    const ids = sightings.flatMap(({ span }) => (span ? [span.id] : []));
    const spans = new Map([...this.spans].filter(([id]) => ids.includes(id)));
    let ranges: readonly Interval[] = [];
    for (;;) {
      const stretches = this.#touching(ranges);
      const change = recordSession(this.session, sightings, { spans, stretches: { ranges, stretches }, isCrowded });
      if ('missing' in change) {
        expect(change.missing).not.toEqual(ranges);
        ranges = change.missing;
        continue;
      }
      for (const { id, isNew, ...span } of change.spans) {
        expect(this.spans.has(id)).toBe(!isNew);
        const receivedMs = span.receivedMs ?? this.spans.get(id)?.receivedMs;
        this.spans.set(id, { ...span, receivedMs });
      }
      for (const startMs of change.removed) expect(this.stretches.delete(startMs)).toBe(true);
      for (const { startMs, endMs } of change.added) {
        expect(this.stretches.has(startMs)).toBe(false);
        this.stretches.set(startMs, endMs);
      }
      this.session = change.session ?? this.session;
      if (change.session && change.isVisible) this.revision++;
      return change.recorded;
    }
  }

  /** All stretches, with the last. */
  union(): readonly Interval[] {
    const { lastStartMs, lastEndMs } = this.session;
    const all = [...this.stretches].map(([startMs, endMs]) => ({ startMs, endMs }));
    if (lastStartMs !== null && lastEndMs !== null) all.push({ startMs: lastStartMs, endMs: lastEndMs });
    return all.toSorted((one, other) => one.startMs - other.startMs);
  }

  #touching(ranges: readonly Interval[]): readonly Interval[] {
    return this.union()
      .slice(0, -1)
      .filter(({ startMs, endMs }) => ranges.some((range) => startMs <= range.endMs && endMs >= range.startMs));
  }
}

/** In milliseconds after the start of the session. */
export interface Seen {
  readonly id: string;
  readonly page: string;
  readonly start: number;
  readonly end: number;
  readonly isClosed: boolean;
  readonly isReplayed: boolean;
}

/** From a device with a correct clock, on a fast network. */
export function sight({ id, page, start, end, isClosed, isReplayed }: Seen): Sighting {
  const span = { id, page, startMs: NOW + start, endMs: NOW + end, offsetMs: 0, isClosed, isReplayed };
  return { session: 's', receivedMs: NOW + LATEST, span };
}
