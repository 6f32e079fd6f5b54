// What is put into a page that has no heartbeat of its own, and where: the script at the end of the head, where it begins to count
// while the rest of the page is still on its way, and the element at the end of the body, where it disturbs no style. Pure.
import { createHash } from 'node:crypto';
import { extendPolicy } from './csp.ts';
import type { PageFacts } from './page-facts.ts';

/** Takes away what is between two places of a page and puts a text there. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface HeartbeatSettings {
  /** The worker that pages register, or `none`; undefined: ours. */
  readonly worker?: string | undefined;
  /** Of the site, as its readers see it; undefined: not known. */
  readonly origin: string | undefined;
}

/** The edits depend on the origin. */
export function needsOrigin({ hasOwn, hasBase, policies }: PageFacts): boolean {
  return policies.length > 0 || (hasBase && !hasOwn);
}

/** In the order of their places, none over another. */
export function injectHeartbeat(page: PageFacts, { worker, origin }: HeartbeatSettings): readonly Edit[] {
  // Relative to the site's root, so that a proxy that hides the protocol makes no mixed content.
  const src = `${(page.hasBase && origin) || ''}/stillhere.js`;
  const loader = toLoader(src, worker);
  const loaderHash = `sha256-${createHash('sha256').update(loader).digest('base64')}`;
  let nonce: string | undefined;
  let isByHash = false;
  const edits: Edit[] = page.policies
    .map(({ start, end, policy }) => {
      const allowed = extendPolicy(policy, origin, loaderHash);
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
 * For a policy with `'strict-dynamic'` and no nonce. A script that the parser met, and that a hash lets in, may not import
 * others: they count as met by the parser, too, and have no hash (Chromium 156: the page library's chunks were stopped). One that
 * a trusted script puts into the page may.
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
    // What was an escape in the page stays one.
    .replaceAll(/[^\0-\xff]/gu, (character) => `&#${character.codePointAt(0)};`);
  return `${name}="${escaped}"`;
}
