// Keeps the inspector's log in this tab from one page of a visit to the next.
import type { VisitLog } from './visit-log.ts';

const KEY = 'stillhere-inspector-log';

export function saveLog(log: VisitLog): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(log));
  } catch {
    // Storage is denied: the next page starts with an empty log.
  }
}

export function loadLog(): VisitLog | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as VisitLog | null) ?? undefined;
  } catch {
    return undefined;
  }
}
