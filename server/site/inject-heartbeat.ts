// Decides what to inject into a page without its own heartbeat, and where. The script goes to the end of the head, so
// that it starts counting while the rest of the page loads. The element goes to the end of the body, where it doesn't
// affect styles. Pure.
import { createHash } from 'node:crypto';
import { extendPolicy } from './csp.ts';
import type { PageFacts } from './page-facts.ts';

/** Replaces the text between two positions of a page. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface HeartbeatSettings {
  /** The worker that pages register, or `none`; undefined: Stillhere's own. */
  readonly worker?: string | undefined;
  /** The path under which the site lies; empty at the root. */
  readonly base?: string | undefined;
  /** The site's origin as readers see it; undefined if unknown. */
  readonly origin: string | undefined;
}

/** True if the edits depend on the origin. */
export function needsOrigin({ hasOwn, hasBase, policies }: PageFacts): boolean {
  return policies.length > 0 || (hasBase && !hasOwn);
}

/** Edits in the order of their positions, without overlaps. */
export function injectHeartbeat(page: PageFacts, { worker, base = '', origin }: HeartbeatSettings): readonly Edit[] {
  // A root-relative path avoids mixed content behind a proxy that hides the protocol.
  const src = `${(page.hasBase && origin) || ''}${base}/stillhere.js`;
  const loader = toLoader(src, worker);
  const loaderHash = `sha256-${createHash('sha256').update(loader).digest('base64')}`;
  let nonce: string | undefined;
  let isByHash = false;
  const edits: Edit[] = page.policies
    .map(({ start, end, policy }) => {
      const allowed = extendPolicy(policy, origin && origin + base, loaderHash);
      nonce ??= allowed.nonce;
      isByHash ||= allowed.isByHash;
      return { start, end, text: allowed.policy === policy ? undefined : attribute('content', allowed.policy) };
    })
    .filter((edit): edit is Edit => edit.text !== undefined);
  if (page.hasOwn) return edits;

  const space = page.isXml ? attribute(' xmlns', 'http://www.w3.org/1999/xhtml') : '';
  const flag = (name: string): string => (page.isXml ? ` ${name}="${name}"` : ` ${name}`);
  const option = (name: string, value: string | undefined): string => (value ? attribute(` ${name}`, value) : '');
  const script =
    isByHash && !nonce
      ? `<script${space}>${loader}</script>`
      : `<script${space} type="module"${flag('async')}${option('src', src)}${flag('data-stillhere-start')}` +
        `${option('data-worker', worker)}${option('nonce', nonce)}></script>`;
  const element = `<session-heartbeat${space}${option('worker', worker)}></session-heartbeat>`;
  if (page.headEnd !== undefined) edits.push({ start: page.headEnd, end: page.headEnd, text: script });
  if (page.bodyEnd !== undefined) edits.push({ start: page.bodyEnd, end: page.bodyEnd, text: element });
  return edits.toSorted((one, other) => one.start - other.start);
}

/**
 * An inline loader, for a policy with `'strict-dynamic'` and no nonce. A parser-inserted script that a hash allows
 * can't import others: the imports count as parser-inserted, too, and have no hash (Chromium 156 blocked the page
 * library's chunks). A script that a trusted script inserts can.
 */
function toLoader(src: string, worker: string | undefined): string {
  const set = (name: string, value: string): string => `s.${name}=${JSON.stringify(value).replaceAll('<', '\\u003c')};`;
  const dataset = set('dataset.stillhereStart', '') + (worker ? set('dataset.worker', worker) : '');
  return `{const s=document.createElement("script");${set('type', 'module')}${set('src', src)}${dataset}document.head.append(s)}`;
}

function attribute(name: string, value: string): string {
  const escaped = value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    // Keeps escapes from the page as escapes.
    .replaceAll(/[^\0-\xff]/gu, (character) => `&#${character.codePointAt(0)};`);
  return `${name}="${escaped}"`;
}
