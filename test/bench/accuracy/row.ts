// From the truth and the record to a row of the table, and whether ours falls short. Pure.
import type { SessionDetail } from '../../helpers/stillhere-server.ts';
import { TICK_MS, type Contender } from './contenders.ts';
import type { Scenario } from './scenarios.ts';
import { measure, uncovered, type Truth } from './truth.ts';

/** Times of the ends in milliseconds after the session began; null: never. */
export interface Row {
  readonly scenario: Scenario;
  readonly contender: Contender;
  readonly trueEndMs: number | null;
  readonly endMs: number | null;
  /** 0 only if both or neither have an end. */
  readonly endOffMs: number;
  readonly trueReadingMs: number;
  readonly readingMs: number;
  readonly readingOffMs: number;
  /** The page whose own time is the furthest off. */
  readonly pageOffMs: number;
  /** The longest stretch of a span in which the page can't have been visible. */
  readonly unseenMs: number;
  readonly note: string;
  /** What is recorded, span by span, in seconds after the session began. */
  readonly spans: string;
}

/** @param reader what happened; @param record what the owner is told. */
export function toRow(
  scenario: Scenario,
  { contender, truth, note }: { readonly contender: Contender; readonly truth: Truth; readonly note: string },
  record: SessionDetail,
): Row {
  const beganMs = Date.parse(record.sessionStartTime);
  const active = truth.active();
  const trueEndMs = active.length > 0 ? Math.max(...active.map(({ endMs }) => endMs)) - beganMs : null;
  const endMs = record.sessionEndTime === null ? null : Date.parse(record.sessionEndTime) - beganMs;
  const trueReadingMs = measure(active);
  // The original contract records no more than two times: the reading time is what lies between them.
  const readingMs = contender === 'ours' ? (record.readingTimeMs ?? 0) : record.durationMs;
  const pages = [...new Set([...active, ...record.pages].map(({ page }) => page))];
  const pageOffs = pages.map((page) => {
    const told = record.pages.find((found) => found.page === page)?.readingTimeMs ?? 0;
    return told - measure(active.filter((interval) => interval.page === page));
  });
  const visible = truth.visible();
  const unseen = record.spans.map(({ start, end }) =>
    uncovered({ startMs: Date.parse(start), endMs: Date.parse(end) }, visible),
  );
  return {
    scenario,
    contender,
    trueEndMs,
    endMs,
    endOffMs: (endMs ?? 0) - (trueEndMs ?? 0),
    trueReadingMs,
    readingMs,
    readingOffMs: readingMs - trueReadingMs,
    pageOffMs: Math.max(0, ...pageOffs.map(Math.abs)),
    unseenMs: Math.max(0, ...unseen),
    note,
    spans: record.spans
      .map(({ start, end }) => `${seconds(Date.parse(start) - beganMs)}–${seconds(Date.parse(end) - beganMs)}`)
      .join(', '),
  };
}

export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}

const GOODBYE_MS = 500;
const READING_SHARE = 0.02;
/** Stricter than the 2 s that were asked for: what is lost at a start doesn't shrink with the intervals. */
const READING_LEAST_MS = 1_000;
/** How well the script itself knows when a page became visible, or a browser died: that is no part of a tick. */
const SCRIPT_MS = 100;

/** What is wrong with a row of ours, in words. */
export function shortfalls(row: Row): readonly string[] {
  const endLimitMs = row.scenario.name === 'killed' ? TICK_MS + SCRIPT_MS : GOODBYE_MS;
  const readingLimitMs = Math.max(READING_LEAST_MS, READING_SHARE * row.trueReadingMs);
  const isWithin: readonly (readonly [string, number, number])[] = [
    ['end', row.endOffMs, endLimitMs],
    ['reading time', row.readingOffMs, readingLimitMs],
    ["a page's own time", row.pageOffMs, readingLimitMs],
    ['time unseen in a span', row.unseenMs, SCRIPT_MS],
  ];
  return isWithin
    .filter(([, offMs, limitMs]) => Math.abs(offMs) > limitMs)
    .map(([what, offMs, limitMs]) => `${what} off by ${Math.round(offMs)} ms, more than ${Math.round(limitMs)}`);
}
