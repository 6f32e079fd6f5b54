// What "Copy as JSON" copies: all that the inspector shows, to be put into a report for somebody else.
import type { Snapshot } from './snapshot.ts';
import type { VisitLog } from './visit-log.ts';

/** Enough to tell two sessions apart. */
const SHOWN = 6;

/**
 * The ids of sessions are cut: who has a whole one can move the end of that session, and reports are sent around.
 */
export function writeReport(snapshot: Snapshot, log: VisitLog): string {
  const cut = (key: string, value: unknown): unknown =>
    key === 'session' && typeof value === 'string' ? `${value.slice(0, SHOWN)}…` : value;
  return JSON.stringify({ ...snapshot, visit: log }, cut, 2);
}
