// The server's record, set beside the truth. Pure.
import type { SessionDetail } from '../../helpers/stillhere-server.ts';
import { measure } from '../../bench/accuracy/truth.ts';
import { match } from './match.ts';
import {
  allowance,
  CLOCKS_MS,
  FIRST_WORDS_MS,
  hasLostWord,
  lateness,
  PAINT_MS,
  type Circumstances,
} from './allowances.ts';
import type { Exit, Stretch } from './truth.ts';

/** How much too early an end was, and how it came about. */
export interface Early {
  readonly exit: Exit;
  readonly ms: number;
}

export interface Verdict {
  /** Empty when the record is true. */
  readonly wrong: readonly string[];
  readonly ends: readonly Early[];
  /** How many stretches were too short to leave a trace. */
  readonly traceless: number;
}

export interface Evidence extends Circumstances {
  readonly stretches: readonly Stretch[];
  readonly sessions: readonly SessionDetail[];
  readonly beganAtMs: number;
  readonly nowMs: number;
}

interface Span {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
}

export function compare(evidence: Evidence): Verdict {
  const { stretches, sessions } = evidence;
  const wrong: string[] = [];
  const ends: Early[] = [];
  let traceless = 0;
  const each = (key: string, found: readonly Stretch[], spans: readonly Span[]): void => {
    const verdict = checkEach(key, found, spans, evidence);
    wrong.push(...verdict.wrong);
    ends.push(...verdict.ends);
    traceless += verdict.traceless;
  };
  const groups = Map.groupBy(stretches, ({ session, page }) => `${session} ${page}`);
  for (const session of sessions) {
    wrong.push(...checkSums(session));
    for (const [page, views] of Map.groupBy(session.spans, (span) => span.page)) {
      const key = `${session.id} ${page}`;
      const spans = views.map(({ id, start, end }) => ({ id, startMs: Date.parse(start), endMs: Date.parse(end) }));
      const found = groups.get(key) ?? [];
      groups.delete(key);
      if (found.some((stretch) => isBesideItself(stretch, evidence)))
        wrong.push(...checkLoosely(key, found, spans, evidence));
      else each(key, found, spans);
    }
  }
  for (const [key, missing] of groups) each(key, missing, []);
  return { wrong, ends, traceless };
}

/** What the record says of the whole session follows from its spans. */
function checkSums({ id, spans, sessionEndTime, readingTimeMs }: SessionDetail): readonly string[] {
  const intervals = spans.map(({ start, end }) => ({ startMs: Date.parse(start), endMs: Date.parse(end) }));
  const endMs = Math.max(...intervals.map((interval) => interval.endMs));
  return [
    ...(intervals.length > 0 && Date.parse(sessionEndTime ?? '') !== endMs
      ? [`${id} does not end with its last span`]
      : []),
    ...(readingTimeMs === measure(intervals) ? [] : [`the reading time of ${id} is not that of its spans`]),
  ];
}

/** Each span is one stretch, and each stretch has its span. */
function checkEach(key: string, stretches: readonly Stretch[], spans: readonly Span[], evidence: Evidence): Verdict {
  const wrong: string[] = [];
  const ends: Early[] = [];
  const left = new Set(stretches);
  const isNeeded = (stretch: Stretch): boolean => !mayBeMissing(stretch, evidence);
  const pairs = match(
    stretches.toSorted((one, other) => Number(isNeeded(other)) - Number(isNeeded(one))),
    spans,
    (stretch, span) => isTold(stretch, span, key, evidence) && faults(stretch, span, key, evidence).length === 0,
  );
  for (const stretch of pairs.values()) left.delete(stretch);
  for (const span of spans) {
    const name = `${key}: span ${span.id.slice(0, 6)} ${ago(span.startMs, evidence)}–${ago(span.endMs, evidence)}`;
    const stretch = pairs.get(span) ?? [...left].find((one) => isTold(one, span, key, evidence));
    if (!stretch) {
      wrong.push(`${name} was not read, or is there twice`);
      continue;
    }
    left.delete(stretch);
    if (stretch.exit !== 'open') ends.push({ exit: stretch.exit, ms: Math.max(0, stretch.to.earliestMs - span.endMs) });
    for (const fault of faults(stretch, span, key, evidence)) wrong.push(`${name} ends ${fault}`);
  }
  const missing = [...left].filter(isNeeded);
  const traced = missing.filter(({ from, to, isFirst }) => !isFirst || to.latestMs - from.earliestMs > FIRST_WORDS_MS);
  for (const { from, to, exit } of traced)
    wrong.push(
      `${key}: what was read ${ago(from.latestMs, evidence)}–${ago(to.earliestMs, evidence)} (${exit}) is missing`,
    );
  return { wrong, ends, traceless: missing.length - traced.length };
}

/** The span began when the stretch did, or with the first paint of its document. */
function isTold({ from, isFirst }: Stretch, { id, startMs }: Span, key: string, evidence: Evidence): boolean {
  const lateMs = lateness(id, key, evidence) + (isFirst ? PAINT_MS : 0);
  return startMs >= from.earliestMs - CLOCKS_MS && startMs <= from.latestMs + lateMs + CLOCKS_MS;
}

/** What is wrong with the end, in words. */
function faults(stretch: Stretch, { id, endMs }: Span, key: string, evidence: Evidence): readonly string[] {
  const { exit, to } = stretch;
  const lateMs = lateness(id, key, evidence);
  const afterMs = endMs - to.latestMs - lateMs - (exit === 'closed' ? evidence.manners.closingMs : 0);
  const earlyMs = to.earliestMs - endMs;
  const least = allowance(hasLostWord(stretch, id, evidence) ? 'killed' : exit, evidence.tickMs);
  return [
    ...(afterMs > CLOCKS_MS
      ? [`${Math.round(afterMs)} ms after the truth (${exit}), ${Math.round(lateMs)} in transit`]
      : []),
    ...(exit !== 'open' && earlyMs > least ? [`${Math.round(earlyMs)} ms before the truth (${exit})`] : []),
  ];
}

/** It is not over, or too short to be sure of. */
function mayBeMissing({ from, to, exit }: Stretch, { tickMs }: Evidence): boolean {
  return exit === 'open' || to.earliestMs - from.latestMs <= allowance(exit, tickMs);
}

/** The device's clock was set while it was read, or before it was delivered: its length and its bounds are all that is promised. */
function isBesideItself({ from }: Stretch, { clock }: Evidence): boolean {
  return from.earliestMs <= clock.setAtMs && clock.setAtMs < Infinity;
}

function checkLoosely(
  key: string,
  stretches: readonly Stretch[],
  spans: readonly Span[],
  evidence: Evidence,
): readonly string[] {
  const { beganAtMs, nowMs, tickMs } = evidence;
  const wrong: string[] = [];
  // A copy in the old clock that comes after the new one is known is late by all its time in transit.
  const readMs = spans.reduce((sum, { id, startMs, endMs }) => sum + endMs - startMs - lateness(id, key, evidence), 0);
  const mostMs = stretches.reduce((sum, { from, to }) => sum + to.latestMs - from.earliestMs, 0);
  // A clock that is set ends what is open: that is two spans.
  const most = stretches.length + stretches.filter(({ to }) => to.latestMs > evidence.clock.setAtMs).length;
  const least = stretches.filter(
    ({ from, to, exit }) => to.earliestMs - from.latestMs > allowance(exit, tickMs),
  ).length;
  if (spans.length > most || spans.length < least)
    wrong.push(`${key}: ${spans.length} spans instead of ${least} to ${most}, the clock set`);
  if (readMs > mostMs + CLOCKS_MS * spans.length)
    wrong.push(`${key}: ${Math.round(readMs)} ms were read, not ${Math.round(mostMs)}, the clock set`);
  for (const { startMs, endMs } of spans)
    if (startMs < beganAtMs - CLOCKS_MS || endMs > nowMs) wrong.push(`${key}: a span lies outside of its session`);
  return wrong;
}

function ago(atMs: number, { beganAtMs }: Pick<Evidence, 'beganAtMs'>): string {
  return ((atMs - beganAtMs) / 1000).toFixed(2);
}
