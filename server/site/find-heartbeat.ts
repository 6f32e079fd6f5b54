// Detects whether a page has its own heartbeat: the element, or a script that loads the library or sends heartbeats
// itself, as the original script does. Pure. Comments, templates and text don't count.
import type { Tag } from './html-reader.ts';

const ELEMENT = 'session-heartbeat';
const LIBRARY = /(?:^|\/)stillhere\.js(?:[?#]|$)/;
/** A string in a script that names the library or the endpoint. The bounds keep the cost linear. */
const NAMED = /(["'`])(?:[^"'`\s]{0,300}\/)?(?:stillhere\.js|api\/session-heartbeat)(?:[?#][^"'`\s]{0,300})?\1/g;
/** If this many matches are in comments, the rest is skipped. */
const MOST_NAMED = 100;
/** Script types that browsers execute (HTML, "prepare the script element"). */
const RUNS =
  /^(?:|module|(?:text|application)\/(?:x-)?(?:java|ecma)script|text\/(?:jscript|livescript|javascript1\.[0-5]))$/i;

/** True if the tag itself is a heartbeat. */
export function isHeartbeatTag({ name, attributes, isForeign }: Tag): boolean {
  if (isForeign) return false;
  return name === ELEMENT || (name === 'script' && isRun(attributes) && LIBRARY.test(attributes.get('src') ?? ''));
}

/** True if the element contains a script that browsers execute. */
export function isInlineScript({ name, attributes }: Tag): boolean {
  return name === 'script' && isRun(attributes) && !attributes.has('src');
}

export function isHeartbeatScript(script: string): boolean {
  return [...script.matchAll(NAMED)].slice(0, MOST_NAMED).some(({ index }) => !isInComment(script, index));
}

function isRun(attributes: ReadonlyMap<string, string>): boolean {
  const type = attributes.get('type')?.trim().toLowerCase() ?? '';
  return RUNS.test(type) && (type === 'module' || !attributes.has('nomodule'));
}

function isInComment(script: string, index: number): boolean {
  const line = script.slice(script.lastIndexOf('\n', index) + 1, index);
  return /(?:^|[\s;{}(),])\/\//.test(line) || script.lastIndexOf('/*', index) > script.lastIndexOf('*/', index);
}
