// What "Copy as JSON" copies: everything that the inspector shows, for a bug report.
import type { Snapshot } from './snapshot.ts';
import type { VisitLog } from './visit-log.ts';

/** Enough to distinguish two sessions. */
const SHOWN = 6;

/** Session ids are shortened: the whole id lets its holder change the session's end, and reports are passed on. */
export function writeReport(snapshot: Snapshot, log: VisitLog): string {
  const cut = (key: string, value: unknown): unknown =>
    key === 'session' && typeof value === 'string' ? `${value.slice(0, SHOWN)}…` : value;
  return JSON.stringify({ ...snapshot, visit: log }, cut, 2);
}
