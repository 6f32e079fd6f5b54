// The heartbeat of an Astro site. With <ClientRouter />, pages share one document, and the router changes page and
// address one after the other: on forward navigation the page changes first, by some milliseconds; on back navigation
// the address does, and the page follows after loading. So a page counts from when both are right until the next page's
// are, under the path at that time.
import type { HeartbeatOptions } from '../options.ts';
import type { Heartbeat } from '../heartbeat.ts';
import { startHeartbeat, startHeartbeatWhere } from '../start.ts';

/** The options that can be serialized as JSON for a script in the page's head. */
export type PathOptions = Pick<HeartbeatOptions, 'interval' | 'tick' | 'idleAfter' | 'adaptive' | 'worker' | 'debug'>;

/** The tag that <ClientRouter /> adds to the head of its pages. Links to pages without it load a new document. */
const ROUTER = 'meta[name="astro-view-transitions-enabled"]';

/**
 * Counts the pages whose path has one of these prefixes. Starts when the first of them is shown, after any kind of
 * navigation. From then on, other pages in this document deliver the queue. Never throws.
 * @param navigated the document's event after which page and address are right.
 * @param base the path under which the site lies, like `/work/`.
 */
export function heartbeatOnPaths(paths: readonly string[], options: PathOptions, navigated: string, base = '/'): void {
  useBase(base);
  const isRead = (): boolean => paths.some((path) => location.pathname.startsWith(path));
  if (document.querySelector(ROUTER)) followRouter(() => (isRead() ? options : undefined), navigated);
  else if (isRead()) startHeartbeatWhere(isRead, options);
}

/**
 * Counts the pages that contain the component, with its attributes as options; otherwise like {@link heartbeatOnPaths}.
 */
export function heartbeatOfComponent(navigated: string): void {
  useBase(document.querySelector('session-heartbeat')?.getAttribute('base') ?? '/');
  if (document.querySelector(ROUTER)) followRouter(readComponent, navigated);
  else void import('../element.ts');
}

function useBase(base: string): void {
  if (base !== '/') globalThis.stillhereBase ??= base.replace(/\/$/, '');
}

/** @param optionsNow the options of the current page; undefined if it isn't counted. */
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
    adaptive: element.getAttribute('adaptive') !== 'false',
    worker: element.getAttribute('worker'),
    debug: element.hasAttribute('debug'),
  };
}
