// Collects the events during a visit into the inspector's log. Pure.
import type { DeliveryOutcome, EmittedEvent, Trigger } from '../../sw/protocol/messages.ts';
import type { Span } from '../../sw/protocol/delivery.ts';

/** A span that the server has stored, as of its latest receipt. */
export interface Delivered extends Span {
  /** When the server received it, on the server's clock. */
  readonly storedAt: number;
  readonly tookMs: number;
  /** Number of receipts that contain it: a span that is still being read grows and is delivered again. */
  readonly receipts: number;
}

/** One delivery with any outcome. */
export interface DeliveryRun {
  readonly id: string;
  readonly at: number;
  readonly by: EmittedEvent['by'];
  readonly trigger: Trigger;
  readonly outcome: DeliveryOutcome;
  readonly requests: number;
}

/** Device's clock minus server's clock, from the last receipt. */
export interface ClockDifference {
  readonly aheadMs: number;
  /** Half the duration of the request, because the server's clock was read at an unknown time within it. */
  readonly doubtMs: number;
}

export interface VisitLog {
  readonly since: number;
  /** Newest first. */
  readonly delivered: readonly Delivered[];
  /** Newest first. */
  readonly turns: readonly DeliveryRun[];
  readonly clock?: ClockDifference | undefined;
  /** Spans that pages have reported and no receipt has confirmed. The only data if the storage can't be read. */
  readonly held: readonly Span[];
  readonly lastTickAt?: number | undefined;
  /** Number of requests in the current delivery. */
  readonly requests: number;
  /** Ids of the processed events, so that repeated ones count once. */
  readonly heard: readonly string[];
}

const MOST_DELIVERED = 500;
const MOST_TURNS = 200;
const MOST_HELD = 500;
const MOST_HEARD = 500;

export function emptyLog(since: number): VisitLog {
  return { since, delivered: [], turns: [], held: [], requests: 0, heard: [] };
}

/** Adds an event to the log, unless it is already there. */
export function addEvent(before: VisitLog, announced: EmittedEvent): VisitLog {
  const id = `${announced.at} ${announced.by} ${announced.type}`;
  if (before.heard.includes(id)) return before;
  const log = { ...before, heard: [...before.heard, id].slice(-MOST_HEARD) };
  if (announced.type === 'sent') return { ...noteAnswer(log, announced), requests: log.requests + 1 };
  if (announced.type === 'kept') return noteKept(log, announced);
  const { at, by, trigger, outcome } = announced;
  const turns = [{ id, at, by, trigger, outcome, requests: log.requests }, ...log.turns];
  return { ...log, turns: turns.toSorted((a, b) => b.at - a.at).slice(0, MOST_TURNS), requests: 0 };
}

function noteKept(log: VisitLog, { spans, at, by }: Extract<EmittedEvent, { type: 'kept' }>): VisitLog {
  const others = log.held.filter(({ id }) => spans.every((span) => span.id !== id));
  const held = [...others, ...spans].slice(-MOST_HELD);
  return { ...log, held, lastTickAt: by === 'page' ? at : log.lastTickAt };
}

function noteAnswer(log: VisitLog, { spans, sentAt, sent, at }: Extract<EmittedEvent, { type: 'sent' }>): VisitLog {
  if (sent.type !== 'receipt') return log;
  const { stored, refused, now } = sent.receipt;
  const tookMs = Math.max(0, at - sentAt);
  const fresh = spans
    .filter(({ id }) => stored.includes(id))
    .map(({ id, session, page, start, end, closed }): Delivered => {
      const receipts = (log.delivered.find((known) => known.id === id)?.receipts ?? 0) + 1;
      return { id, session, page, start, end, ...(closed && { closed }), storedAt: now, tookMs, receipts };
    });
  const isNamed = ({ id }: Span): boolean => stored.includes(id) || refused.some((refusal) => refusal.id === id);
  const isFresh = ({ id }: Span): boolean => fresh.some((span) => span.id === id);
  return {
    ...log,
    delivered: [...fresh.toReversed(), ...log.delivered.filter((known) => !isFresh(known))].slice(0, MOST_DELIVERED),
    held: log.held.filter((span) => !isNamed(span)),
    clock: Number.isFinite(now) ? { aheadMs: (sentAt + at) / 2 - now, doubtMs: tookMs / 2 } : log.clock,
  };
}
