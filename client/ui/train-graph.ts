// Lays out spans as a railway's train graph: pages are rows, time runs to the right, a span is a bar, and a thin line leads from
// bar to bar as the reader went. What was read offline lies in a tunnel. Pure.
import { joinBars, type Bar, type GraphSpan, type Stretch } from './graph-bars.ts';
import { findTunnels, type Tunnel } from './tunnels.ts';

/** From the end of one bar to the start of the next one. */
export interface Move extends Stretch {
  readonly fromRow: number;
  readonly toRow: number;
}

/** Nothing was read. `away`: the page had said goodbye. `no sign`: it was cut off, or the device slept. */
export interface Gap extends Stretch {
  readonly name: 'away' | 'no sign';
}

/** Reading without a gap of more than half an hour. */
export interface VisitGraph extends Stretch {
  /** Where the axis ends: after the reading, if what was read offline arrived soon after it. */
  readonly untilMs: number;
  /** Pages, in the order in which they were first read. */
  readonly rows: readonly string[];
  /** Pages beyond the last row, which stands for all of them. */
  readonly otherPages: number;
  readonly bars: readonly Bar[];
  readonly moves: readonly Move[];
  readonly gaps: readonly Gap[];
  readonly tunnels: readonly Tunnel[];
  /** Round times for the axis. */
  readonly ticks: readonly number[];
}

/** As the server divides a session (server/store/visits.ts). */
const VISIT_GAP_MS = 30 * 60_000;
const MOST_ROWS = 12;
const MINUTE_MS = 60_000;
/** Turning to another page takes a moment, and is no gap. */
const LEAST_GAP_MS = 5_000;
/** The axis is prolonged by at most this part of it. */
const MOST_PROLONGED = 1 / 4;
/** Minutes between two marks on the axis. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440].map((minutes) => minutes * MINUTE_MS);
const MOST_TICKS = 8;

/** @param spans ordered by start. */
export function layOut(spans: readonly GraphSpan[]): readonly VisitGraph[] {
  const visits: GraphSpan[][] = [];
  let untilMs = -Infinity;
  for (const span of spans) {
    if (span.fromMs > untilMs + VISIT_GAP_MS) visits.push([]);
    visits.at(-1)?.push(span);
    untilMs = Math.max(untilMs, span.toMs);
  }
  return visits.map((visit) => layOutVisit(visit));
}

/**
 * All spans in one graph.
 * @param spans ordered by start.
 */
export function layOutVisit(spans: readonly GraphSpan[], mostRows = MOST_ROWS): VisitGraph {
  const fromMs = spans[0]?.fromMs ?? 0;
  const toMs = spans.reduce((latest, span) => Math.max(latest, span.toMs), fromMs + 1);
  const pages = [...new Set(spans.map(({ page }) => page))];
  const otherPages = pages.length > mostRows ? pages.length - mostRows + 1 : 0;
  const rows = pages.slice(0, pages.length - otherPages);
  const rowOf = new Map(pages.map((page, nth) => [page, Math.min(nth, rows.length)]));
  const bars = joinBars(
    spans.map(({ page, ...span }) => ({ ...span, row: rowOf.get(page) ?? 0 })),
    toMs - fromMs,
  );
  const arrivedMs = bars.reduce((latest, bar) => Math.max(latest, bar.arrivedMs ?? 0), toMs);
  const untilMs = arrivedMs - toMs <= (toMs - fromMs) * MOST_PROLONGED ? arrivedMs : toMs;
  return {
    fromMs,
    toMs,
    untilMs,
    rows,
    otherPages,
    bars,
    moves: findMoves(bars),
    gaps: findGaps(bars),
    tunnels: findTunnels(bars, untilMs),
    ticks: findTicks(fromMs, untilMs),
  };
}

/** Not between bars side by side: those are two tabs. */
function findMoves(bars: readonly Bar[]): readonly Move[] {
  return bars.slice(1).flatMap((bar, nth) => {
    const before = bars[nth];
    if (!before || before.toMs > bar.fromMs) return [];
    return [{ fromMs: before.toMs, toMs: bar.fromMs, fromRow: before.row, toRow: bar.row }];
  });
}

/** No page was read in them. Why a page said goodbye isn't recorded: it was left, or hidden, or the reader was idle. */
function findGaps(bars: readonly Bar[]): readonly Gap[] {
  const gaps: Gap[] = [];
  let latest = bars[0];
  for (const bar of bars) {
    if (latest && bar.fromMs - latest.toMs >= LEAST_GAP_MS)
      gaps.push({ fromMs: latest.toMs, toMs: bar.fromMs, name: latest.end === 'tick' ? 'no sign' : 'away' });
    if (!latest || bar.toMs >= latest.toMs) latest = bar;
  }
  return gaps;
}

function findTicks(fromMs: number, toMs: number): readonly number[] {
  const step = STEPS.find((one) => (toMs - fromMs) / one <= MOST_TICKS) ?? Math.ceil((toMs - fromMs) / MOST_TICKS);
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs; at += step) ticks.push(at);
  return ticks;
}
