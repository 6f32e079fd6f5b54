// What is said of a session's visits.
import type { VisitGraph } from '../ui/train-graph.ts';
import { dayOf, lengthOf, timeOf } from './wording.ts';

/** @param before the visit before it. */
export function titleOf({ fromMs, toMs }: VisitGraph, before: VisitGraph | undefined, now: number): string {
  const when = `${dayOf(fromMs, now)}, ${timeOf(fromMs)} to ${timeOf(toMs)}`;
  return before ? `${when}, ${lengthOf(fromMs - before.toMs)} after the visit before` : when;
}
