// Carries what the inspector has heard from one page of a visit to the next, in this tab.
import type { VisitLog } from './visit-log.ts';

const KEY = 'stillhere-inspector-log';

export function saveLog(log: VisitLog): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(log));
  } catch {
    // Storage is refused: the next page begins anew.
  }
}

export function loadLog(): VisitLog | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as VisitLog | null) ?? undefined;
  } catch {
    return undefined;
  }
}
