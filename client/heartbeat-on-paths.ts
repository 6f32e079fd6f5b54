// The heartbeat of a site whose pages come by a client-side router, where only some of its paths are read (Astro's integration).
import type { HeartbeatOptions } from './options.ts';
import { startHeartbeatWhere } from './start-heartbeat.ts';

/** What a script at the head of a page can be told: it is handed over as JSON. */
export type PathOptions = Pick<HeartbeatOptions, 'interval' | 'tick' | 'idleAfter' | 'adaptive' | 'worker' | 'debug'>;

/**
 * Counts the pages whose path begins with one of these, and no others. Nothing starts before the first of them is shown, by
 * whatever navigation; from then on other pages of this document deliver what waits. Never throws.
 * @param navigated the document's event after which the address may have changed.
 */
export function heartbeatOnPaths(paths: readonly string[], options: PathOptions, navigated: string): void {
  const isRead = (): boolean => paths.some((path) => location.pathname.startsWith(path));
  const look = (): void => {
    if (!isRead()) return;
    document.removeEventListener(navigated, look);
    startHeartbeatWhere(isRead, options);
  };
  document.addEventListener(navigated, look);
  look();
}
