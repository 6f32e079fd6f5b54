// The heartbeat of an Astro site. With <ClientRouter /> its pages come into one document, and the router changes page and address
// one after the other: forward the page is first, by some milliseconds; back it is the address, and the page follows when it has
// come over the network. So a page counts from when both are right to when the next one's are, under the path that it has then.
import type { HeartbeatOptions } from '../options.ts';
import type { Heartbeat } from '../heartbeat.ts';
import { startHeartbeat, startHeartbeatWhere } from '../start.ts';

/** What a script at the head of a page can be told: it is handed over as JSON. */
export type PathOptions = Pick<HeartbeatOptions, 'interval' | 'tick' | 'idleAfter' | 'adaptive' | 'worker' | 'debug'>;

/** What <ClientRouter /> puts into the head of each page that it is in, and leads to by a new document where it isn't. */
const ROUTER = 'meta[name="astro-view-transitions-enabled"]';

/**
 * Counts the pages whose path begins with one of these, and no others. Nothing starts before the first of them is shown, by
 * whatever navigation; from then on other pages of this document deliver what waits. Never throws.
 * @param navigated the document's event after which page and address are right.
 */
export function heartbeatOnPaths(paths: readonly string[], options: PathOptions, navigated: string): void {
  const isRead = (): boolean => paths.some((path) => location.pathname.startsWith(path));
  if (document.querySelector(ROUTER)) followRouter(() => (isRead() ? options : undefined), navigated);
  else if (isRead()) startHeartbeatWhere(isRead, options);
}

/** Counts the pages that have the component in them, by its attributes; else as {@link heartbeatOnPaths}. */
export function heartbeatOfComponent(navigated: string): void {
  if (document.querySelector(ROUTER)) followRouter(readComponent, navigated);
  else void import('../element.ts');
}

/** @param optionsNow of the page that is shown; undefined: it isn't read. */
function followRouter(optionsNow: () => PathOptions | undefined, navigated: string): void {
  let heartbeat: Heartbeat | undefined;
  let last: PathOptions | undefined;
  let page: string | undefined;
  const show = (): void => {
    const options = optionsNow();
    const path = options && location.pathname;
    if (path === page) return;
    page = path;
    last = options ?? last;
    void heartbeat?.stop();
    heartbeat = path ? startHeartbeat({ ...options, pageFrom: () => path }) : startHeartbeatWhere(() => false, last);
  };
  document.addEventListener(navigated, show);
  show();
}

function readComponent(): PathOptions | undefined {
  const element = document.querySelector('session-heartbeat');
  if (!element) return undefined;
  const ms = (name: string): number | undefined => {
    const value = element.getAttribute(name);
    return value === null ? undefined : Number(value);
  };
  return {
    interval: ms('interval'),
    tick: ms('tick'),
    idleAfter: ms('idle-after'),
    worker: element.getAttribute('worker'),
    debug: element.hasAttribute('debug'),
  };
}
