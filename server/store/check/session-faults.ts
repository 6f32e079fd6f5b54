// What is wrong with a stored session: its row must say what its spans are. Pure.
import type { Selectable } from 'kysely';
import { joinIntervals, unionMs, type Interval } from '../reading-time.ts';
import type { Tables } from '../schema.ts';

export interface SessionRows {
  readonly session: Selectable<Tables['sessions']>;
  readonly spans: readonly (Interval & { readonly id: string })[];
  /** Those before the last one, ordered by start. */
  readonly stretches: readonly Interval[];
}

/** A sentence for each fault, without the reader's address and without ids that let somebody write to the session. */
export function faultsOf({ session, spans, stretches }: SessionRows): readonly string[] {
  const last = lastOf(spans);
  const union = joinIntervals(spans);
  const known = [...stretches, ...lastStretchOf(session)];
  const readingMs = unionMs(spans);
  const beganMs = session.start_ms;
  const rules: readonly (readonly [isKept: boolean, fault: string])[] = [
    [session.span_count === spans.length, `span_count is ${session.span_count}, but it has ${spans.length} spans`],
    [
      session.stretch_count === stretches.length,
      `stretch_count is ${session.stretch_count}, but it has ${stretches.length} stretches`,
    ],
    [session.reading_ms === readingMs, `reading_ms is ${session.reading_ms}, but its spans cover ${readingMs}`],
    [isSame(known, union), 'its stretches are not the union of its spans'],
    [session.offline_ms >= 0 && session.offline_ms <= session.reading_ms, 'offline_ms is not a part of reading_ms'],
    [spans.every(({ startMs, endMs }) => startMs <= endMs), 'a span ends before it starts'],
    [spans.every(({ startMs }) => startMs >= beganMs), 'a span starts before the session'],
    [session.end_ms === null || session.end_ms >= beganMs, 'it ends before it starts'],
    [!last || (session.end_ms ?? -Infinity) >= last.endMs, 'it ends before its last span'],
    [session.last_span_id === (last?.id ?? null), 'last_span_id is not its last span'],
    [session.is_measured === 1 || spans.length === 0, 'it has spans, though its reader chose that nothing is measured'],
  ];
  return rules.flatMap(([isKept, fault]) => (isKept ? [] : [fault]));
}

/** The one that ends last; of those that end together, the one that starts last, then the one with the largest id. */
function lastOf(spans: SessionRows['spans']): SessionRows['spans'][number] | undefined {
  return spans.reduce<SessionRows['spans'][number] | undefined>((last, span) => {
    if (!last) return span;
    const order = span.endMs - last.endMs || span.startMs - last.startMs || (span.id > last.id ? 1 : -1);
    return order > 0 ? span : last;
  }, undefined);
}

function lastStretchOf({ last_start_ms: startMs, last_end_ms: endMs }: SessionRows['session']): readonly Interval[] {
  return startMs === null || endMs === null ? [] : [{ startMs, endMs }];
}

function isSame(some: readonly Interval[], others: readonly Interval[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ startMs, endMs }, nth) => others[nth]?.startMs === startMs && others[nth].endMs === endMs)
  );
}
