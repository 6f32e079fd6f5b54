// Whether a page has a heartbeat of its own: the element, or a script that loads the library or beats by itself, as the original
// script does. Pure. What a comment, a template or the text of a page says does not count.
import type { Tag } from './html-reader.ts';

const ELEMENT = 'session-heartbeat';
const LIBRARY = /(?:^|\/)stillhere\.js(?:[?#]|$)/;
/** A string of a script that names the library or the endpoint. The bounds keep the cost linear. */
const NAMED = /(["'`])(?:[^"'`\s]{0,300}\/)?(?:stillhere\.js|api\/session-heartbeat)(?:[?#][^"'`\s]{0,300})?\1/g;
/** If so many were in comments, the others will be. */
const MOST_NAMED = 100;
/** Types of a script that browsers run (HTML, "prepare the script element"). */
const RUNS =
  /^(?:|module|(?:text|application)\/(?:x-)?(?:java|ecma)script|text\/(?:jscript|livescript|javascript1\.[0-5]))$/i;

/** The tag itself is a heartbeat. */
export function isHeartbeatTag({ name, attributes, isForeign }: Tag): boolean {
  if (isForeign) return false;
  return name === ELEMENT || (name === 'script' && isRun(attributes) && LIBRARY.test(attributes.get('src') ?? ''));
}

/** What is in this element is a script that browsers run. */
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
