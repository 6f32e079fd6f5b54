// Lays out the spans of a session as a railway's train graph: pages are rows, time runs to the right, a span is a bar, and a thin
// line leads from bar to bar as the reader went. What was read offline lies in a tunnel. Pure.
import type { SpanView } from '../../sw/protocol/owner-api.ts';

/** Epoch milliseconds. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Bar extends Stretch {
  readonly row: number;
  readonly isOffline: boolean;
}

/** From the end of one bar to the start of the next one. */
export interface Move extends Stretch {
  readonly fromRow: number;
  readonly toRow: number;
}

/** Reading without a gap of more than half an hour. */
export interface VisitGraph extends Stretch {
  /** Pages, in the order in which they were first read. */
  readonly rows: readonly string[];
  /** Pages beyond the last row, which stands for all of them. */
  readonly otherPages: number;
  readonly bars: readonly Bar[];
  readonly moves: readonly Move[];
  readonly tunnels: readonly Stretch[];
  /** Round times for the axis. */
  readonly ticks: readonly number[];
}

interface PageStretch extends Stretch {
  readonly page: string;
  readonly isOffline: boolean;
}

/** As the server divides a session (server/store/visits.ts). */
const VISIT_GAP_MS = 30 * 60_000;
const MOST_ROWS = 12;
/** Bars of a page closer than this part of the visit are drawn as one: ten thousand spans stay quick. */
const FINEST = 1 / 1_000;
const MINUTE_MS = 60_000;
/** Minutes between two marks on the axis. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440].map((minutes) => minutes * MINUTE_MS);
const MOST_TICKS = 8;

/** @param spans ordered by start. */
export function layOut(spans: readonly SpanView[]): readonly VisitGraph[] {
  const stretches = spans.map(({ page, start, end, replayed }): PageStretch => ({
    page,
    fromMs: Date.parse(start),
    toMs: Date.parse(end),
    isOffline: replayed,
  }));
  return toVisits(stretches).map(layOutVisit);
}

function toVisits(stretches: readonly PageStretch[]): readonly (readonly PageStretch[])[] {
  const visits: PageStretch[][] = [];
  let untilMs = -Infinity;
  for (const stretch of stretches) {
    if (stretch.fromMs > untilMs + VISIT_GAP_MS) visits.push([]);
    visits.at(-1)?.push(stretch);
    untilMs = Math.max(untilMs, stretch.toMs);
  }
  return visits;
}

function layOutVisit(stretches: readonly PageStretch[]): VisitGraph {
  const fromMs = stretches[0]?.fromMs ?? 0;
  const toMs = stretches.reduce((latest, stretch) => Math.max(latest, stretch.toMs), fromMs + 1);
  const pages = [...new Set(stretches.map(({ page }) => page))];
  const otherPages = pages.length > MOST_ROWS ? pages.length - MOST_ROWS + 1 : 0;
  const rows = pages.slice(0, pages.length - otherPages);
  const rowOf = new Map(pages.map((page, nth) => [page, Math.min(nth, rows.length)]));
  const bars = joinBars(
    stretches.map(({ page, ...stretch }) => ({ ...stretch, row: rowOf.get(page) ?? 0 })),
    (toMs - fromMs) * FINEST,
  );
  return {
    fromMs,
    toMs,
    rows,
    otherPages,
    bars,
    moves: findMoves(bars),
    tunnels: findTunnels(bars),
    ticks: findTicks(fromMs, toMs),
  };
}

function joinBars(bars: readonly Bar[], nearMs: number): readonly Bar[] {
  const joined: Bar[] = [];
  /** By row: the index of its last bar. */
  const last = new Map<number, number>();
  for (const bar of bars) {
    const nth = last.get(bar.row);
    const before = nth === undefined ? undefined : joined[nth];
    if (nth !== undefined && before && before.isOffline === bar.isOffline && bar.fromMs - before.toMs <= nearMs)
      joined[nth] = { ...before, toMs: Math.max(before.toMs, bar.toMs) };
    else last.set(bar.row, joined.push(bar) - 1);
  }
  return joined;
}

/** Not between bars side by side: those are two tabs. */
function findMoves(bars: readonly Bar[]): readonly Move[] {
  return bars.slice(1).flatMap((bar, nth) => {
    const before = bars[nth];
    if (!before || before.toMs > bar.fromMs) return [];
    return [{ fromMs: before.toMs, toMs: bar.fromMs, fromRow: before.row, toRow: bar.row }];
  });
}

/** Offline bars without an online one between them are in one tunnel. */
function findTunnels(bars: readonly Bar[]): readonly Stretch[] {
  const tunnels: { fromMs: number; toMs: number }[] = [];
  let isInside = false;
  for (const { fromMs, toMs, isOffline } of bars) {
    const last = tunnels.at(-1);
    if (isOffline && isInside && last) last.toMs = Math.max(last.toMs, toMs);
    else if (isOffline) tunnels.push({ fromMs, toMs });
    isInside = isOffline;
  }
  return tunnels;
}

function findTicks(fromMs: number, toMs: number): readonly number[] {
  const step = STEPS.find((one) => (toMs - fromMs) / one <= MOST_TICKS) ?? Math.ceil((toMs - fromMs) / MOST_TICKS);
  const ticks: number[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at <= toMs; at += step) ticks.push(at);
  return ticks;
}
