// Places spans that fit no known clock offset: the device's clock was set before they were delivered, perhaps more than
// once. Lengths must stay the same, and placement must not make spans overlap other reading. Pure, in linear time.
import type { Interval } from './reading-time.ts';
import { workOutOffset } from './device-clock.ts';

/** The assumed maximum of clock changes between two deliveries. Spans further apart are then placed one by one. */
const MOST_CLOCKS = 8;

/** Spans that overlap or touch. They stay together, so that two tabs don't count twice. */
interface Cluster extends Interval {
  readonly spans: readonly Interval[];
}

/** Clusters that one clock can have timed, from the start of the first to the end of the last. */
interface Group extends Interval {
  readonly clusters: readonly Cluster[];
}

interface Placed {
  readonly cluster: Cluster;
  readonly offsetMs: number;
}

/**
 * Returns an offset for each span. Spans that can come from one clock are moved together: by the smallest possible
 * amount; else into the first gap that holds all of them; else one after the other into free time.
 * @param spans of one session, on the device's clock.
 * @param taken the session's other reading, on the server's clock.
 */
export function placeSpans(
  spans: readonly Interval[],
  offsetMs: number,
  window: Interval,
  taken: readonly Interval[],
): ReadonlyMap<Interval, number> {
  const offsets = new Map<Interval, number>();
  let others = taken.toSorted(byStart);
  for (const group of toGroups(toClusters(spans), window.endMs - window.startMs)) {
    const placed = placeGroup(group, workOutOffset(offsetMs, [group], window), findGaps(others, window));
    for (const one of placed) for (const span of one.cluster.spans) offsets.set(span, one.offsetMs);
    others = [...others, ...placed.map((one) => shift(one.cluster, one.offsetMs))].toSorted(byStart);
  }
  return offsets;
}

function placeGroup(
  { startMs, endMs, clusters }: Group,
  nearest: number,
  gaps: readonly Interval[],
): readonly Placed[] {
  const together = (offsetMs: number): readonly Placed[] => clusters.map((cluster) => ({ cluster, offsetMs }));
  const moved = clusters.map((cluster) => shift(cluster, nearest));
  if (areFree(moved, gaps)) return together(nearest);
  const whole = gaps.find((gap) => gap.endMs - gap.startMs >= endMs - startMs);
  if (whole) return together(whole.startMs - startMs);
  const left = [...gaps];
  return clusters.map((cluster) => {
    for (let gap = left[0]; gap; left.shift(), gap = left[0]) {
      const filledMs = gap.startMs + cluster.endMs - cluster.startMs;
      if (filledMs > gap.endMs) continue;
      left[0] = { startMs: filledMs, endMs: gap.endMs };
      return { cluster, offsetMs: gap.startMs - cluster.startMs };
    }
    return { cluster, offsetMs: nearest };
  });
}

function toClusters(spans: readonly Interval[]): readonly Cluster[] {
  const clusters: { startMs: number; endMs: number; spans: Interval[] }[] = [];
  for (const span of spans.toSorted(byStart)) {
    const last = clusters.at(-1);
    if (last && span.startMs <= last.endMs) {
      last.endMs = Math.max(last.endMs, span.endMs);
      last.spans.push(span);
    } else clusters.push({ startMs: span.startMs, endMs: span.endMs, spans: [span] });
  }
  return clusters;
}

/** Clusters further apart than the length of the session were timed by different clocks. */
function toGroups(clusters: readonly Cluster[], longestMs: number): readonly Group[] {
  const groups: { startMs: number; endMs: number; clusters: Cluster[] }[] = [];
  for (const cluster of clusters) {
    const last = groups.at(-1);
    if (last && (cluster.endMs - last.startMs <= longestMs || groups.length === MOST_CLOCKS)) {
      last.endMs = cluster.endMs;
      last.clusters.push(cluster);
    } else groups.push({ startMs: cluster.startMs, endMs: cluster.endMs, clusters: [cluster] });
  }
  return groups;
}

/** The free time between intervals that are ordered by start. Between some of them there is none: such a gap ends where it begins, or before. */
function findGaps(taken: readonly Interval[], window: Interval): readonly Interval[] {
  const gaps: Interval[] = [];
  let { startMs } = window;
  for (const other of taken) {
    gaps.push({ startMs, endMs: Math.min(other.startMs, window.endMs) });
    startMs = Math.max(startMs, other.endMs);
  }
  return [...gaps, { startMs, endMs: window.endMs }];
}

/** True if each interval lies in a gap. Both lists are ordered. */
function areFree(intervals: readonly Interval[], gaps: readonly Interval[]): boolean {
  let at = 0;
  return intervals.every((one) => {
    while ((gaps[at]?.endMs ?? Infinity) < one.endMs) at++;
    const gap = gaps[at];
    return gap !== undefined && gap.startMs <= one.startMs;
  });
}

function shift({ startMs, endMs }: Interval, offsetMs: number): Interval {
  return { startMs: startMs + offsetMs, endMs: endMs + offsetMs };
}

function byStart(one: Interval, other: Interval): number {
  return one.startMs - other.startMs;
}
