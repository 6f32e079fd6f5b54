// What an end or a start may be off by, and why. Pure.
import type { Heartbeat } from './network.ts';
import type { Outage } from './outages.ts';
import type { Exit, Stretch } from './truth.ts';
import type { WrongClock } from './wrong-clock.ts';

/** Two clocks, each read in whole milliseconds, by scripts of which one runs after the other. */
export const CLOCKS_MS = 30;
/** An end may be this much too early where the page could say goodbye. */
export const GOODBYE_MS = 300;
/** A tick comes late on a busy machine, and is written some time after it. */
const TICK_LATE_MS = 500;

/**
 * The first words of a page need a database, whose first opening took up to half a second on a busy machine. Who leaves before,
 * when the network is gone, too, and no worker is there yet, leaves no trace.
 */
export const FIRST_WORDS_MS = 700;

/** From the load of a page to its first paint, with which it begins to be read: on a busy machine with several browsers. */
export const PAINT_MS = 500;

/** When a last word is under way, at the latest. */
const LAST_WORD_MS = 1_000;

/** How an engine lets pages go. */
export interface Manners {
  /** Whether the last word of a page gets out. */
  readonly left: Goodbye;
  readonly closed: Goodbye;
  /** How much longer than its driver says a page that is closed may be there, in milliseconds. */
  readonly closingMs: number;
}

/** Always; surely only by the network, so that in an outage the last tick may be all there is; or never surely. */
export type Goodbye = 'always' | 'online' | 'unsure';

/** What went over the network, and what is known of the engine. */
export interface Circumstances {
  readonly tickMs: number;
  readonly manners: Manners;
  readonly heartbeats: readonly Heartbeat[];
  readonly outages: readonly Outage[];
  readonly clock: WrongClock;
}

/** How much too early an end may be, in milliseconds. */
export function allowance(exit: Exit, tickMs: number): number {
  return exit === 'killed' ? tickMs + TICK_LATE_MS : GOODBYE_MS;
}

/** Its last word may not have got out: the last tick is all that is asked for. */
export function hasLostWord(
  { exit, to }: Pick<Stretch, 'exit' | 'to'>,
  id: string,
  { manners, heartbeats, outages }: Circumstances,
): boolean {
  if (exit !== 'left' && exit !== 'closed') return false;
  if (manners[exit] !== 'online') return manners[exit] === 'unsure';
  const earliestMs = to.earliestMs - CLOCKS_MS;
  const latestMs = to.latestMs + LAST_WORD_MS;
  return (
    outages.some(({ fromMs, toMs }) => fromMs <= latestMs && toMs >= earliestMs) ||
    heartbeats.some(
      ({ atMs, answeredMs, spans }) =>
        atMs >= earliestMs && atMs <= latestMs && answeredMs.length === 0 && spans.some((span) => span.id === id),
    )
  );
}

/** Time in transit that the server can't know of: the least that the session had shown when the span came, each time. */
export function lateness(id: string, key: string, { heartbeats, clock }: Circumstances): number {
  const session = key.slice(0, key.indexOf(' '));
  const arrivals = heartbeats
    .filter(({ spans }) => spans.some((span) => span.session === session))
    .flatMap(({ sentAt, spans, answeredMs }) =>
      answeredMs.map((atMs) => ({
        atMs,
        transitMs: atMs - clock.trueTime(sentAt),
        isIts: spans.some((span) => span.id === id),
      })),
    )
    .toSorted((one, other) => one.atMs - other.atMs);
  let least = Infinity;
  let most = 0;
  for (const { transitMs, isIts } of arrivals) {
    least = clock.setAtMs < Infinity ? transitMs : Math.min(least, transitMs);
    if (isIts) most = Math.max(most, least);
  }
  return most;
}
