// What was announced while somebody looked on → what the inspector tells of this visit. Pure.
import type { DeliveryOutcome, EmittedEvent, Trigger } from '../../sw/protocol/messages.ts';
import type { Span } from '../../sw/protocol/delivery.ts';

/** A span that the server has stored, as far as its last receipt says. */
export interface Delivered extends Span {
  /** When the server had it, on the server's own clock. */
  readonly storedAt: number;
  readonly tookMs: number;
  /** How many receipts have named it: a span that is still read grows, and is delivered again. */
  readonly receipts: number;
}

/** One delivery, whatever it came to. */
export interface DeliveryRun {
  readonly id: string;
  readonly at: number;
  readonly by: EmittedEvent['by'];
  readonly trigger: Trigger;
  readonly outcome: DeliveryOutcome;
  readonly requests: number;
}

/** How far the device's clock is ahead of the server's, from the last receipt. */
export interface ClockDifference {
  readonly aheadMs: number;
  /** Half of the request's time: when in between the server looked at its clock nobody knows. */
  readonly doubtMs: number;
}

export interface VisitLog {
  readonly since: number;
  /** The newest first. */
  readonly delivered: readonly Delivered[];
  /** The newest first. */
  readonly turns: readonly DeliveryRun[];
  readonly clock?: ClockDifference | undefined;
  /** What pages said they hold, and no receipt has named: all that is known where the storage can't be read. */
  readonly held: readonly Span[];
  readonly lastTickAt?: number | undefined;
  /** Requests of the delivery that is under way. */
  readonly requests: number;
  /** What it has noted, so that what it hears twice counts once. */
  readonly heard: readonly string[];
}

const MOST_DELIVERED = 500;
const MOST_TURNS = 200;
const MOST_HELD = 500;
const MOST_HEARD = 500;

export function emptyLog(since: number): VisitLog {
  return { since, delivered: [], turns: [], held: [], requests: 0, heard: [] };
}

/** The log with one more announcement in it, unless it is there already. */
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
    .map(({ id, session, page, start, end }): Delivered => {
      const receipts = (log.delivered.find((known) => known.id === id)?.receipts ?? 0) + 1;
      return { id, session, page, start, end, storedAt: now, tookMs, receipts };
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
