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
    const nearest = workOutOffset(offsetMs, group, window);
    const placed = placeGroup(group, nearest, findGaps(others, window));
    for (const [nth, cluster] of group.entries())
      for (const span of cluster.spans) offsets.set(span, placed[nth] ?? nearest);
    others = [...others, ...group.map((cluster, nth) => shift(cluster, placed[nth] ?? nearest))].toSorted(byStart);
  }
  return offsets;
}

/** @returns one offset per cluster. */
function placeGroup(group: readonly Cluster[], nearest: number, gaps: readonly Interval[]): readonly number[] {
  if (
    areFree(
      group.map((cluster) => shift(cluster, nearest)),
      gaps,
    )
  )
    return group.map(() => nearest);
  const startMs = group[0]?.startMs ?? 0;
  const lengthMs = (group.at(-1)?.endMs ?? 0) - startMs;
  const whole = gaps.find((gap) => gap.endMs - gap.startMs >= lengthMs);
  if (whole) return group.map(() => whole.startMs - startMs);
  const left = [...gaps];
  return group.map((cluster) => {
    for (let gap = left[0]; gap; left.shift(), gap = left[0]) {
      const endMs = gap.startMs + cluster.endMs - cluster.startMs;
      if (endMs > gap.endMs) continue;
      left[0] = { startMs: endMs, endMs: gap.endMs };
      return gap.startMs - cluster.startMs;
    }
    return nearest;
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
function toGroups(clusters: readonly Cluster[], longestMs: number): readonly (readonly Cluster[])[] {
  const groups: Cluster[][] = [];
  for (const cluster of clusters) {
    const group = groups.at(-1);
    const isOfClock = group?.[0] && cluster.endMs - group[0].startMs <= longestMs;
    if (group && (isOfClock || groups.length === MOST_CLOCKS)) group.push(cluster);
    else groups.push([cluster]);
  }
  return groups;
}

/** The free time between intervals that are ordered by start. */
function findGaps(taken: readonly Interval[], window: Interval): readonly Interval[] {
  const gaps: Interval[] = [];
  let { startMs } = window;
  for (const other of taken) {
    if (other.startMs > startMs) gaps.push({ startMs, endMs: Math.min(other.startMs, window.endMs) });
    startMs = Math.max(startMs, other.endMs);
  }
  if (window.endMs > startMs) gaps.push({ startMs, endMs: window.endMs });
  return gaps;
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
