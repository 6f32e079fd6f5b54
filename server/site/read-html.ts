// Reads an HTML page to find where a heartbeat can be injected: never in a comment, script, template, text field or
// SVG.
import { createHtmlReader, type HtmlHandler } from './html-reader.ts';
import { collectFacts, type PageReader } from './page-facts.ts';

type Mode = 'before' | 'head' | 'after head' | 'body' | 'frameset';

/** Elements that belong in the head; any other one begins the body (HTML, "the rules for parsing tokens"). */
const HEAD_ELEMENTS = new Set(
  'base basefont bgsound head html link meta noframes noscript script style template title'.split(' '),
);
/** After one of these, a `frameset` is ignored. */
const NO_FRAMES = new Set(
  'applet area body br button dd dt embed hr iframe image img input keygen li listing marquee object pre select table textarea wbr xmp'.split(
    ' ',
  ),
);
/** Older browsers ignore these in a `select`, newer ones don't (HTML, July 2025). */
const DOUBTFUL_IN_SELECT = new Set(
  'caption iframe math noembed noframes noscript plaintext style svg table tbody td tfoot th thead title tr xmp'.split(
    ' ',
  ),
);

export function createHtmlPageReader(): PageReader {
  const collected = collectFacts();
  let mode: Mode = 'before';
  let headEnd: number | undefined;
  let bodyEnd: number | undefined;
  /** The last position where an injected element becomes part of the document. */
  let safeEnd: number | undefined;
  /** Once true, a `frameset` is ignored. */
  let isBodyCertain = false;
  let isInSelect = false;
  /** Open tables. Elements injected into a table may be moved before it. */
  let tables = 0;
  /** Open templates. A declarative shadow root's content is shown. */
  const templates: { readonly isShown: boolean; readonly wasInSelect: boolean }[] = [];

  const isSafe = (): boolean =>
    templates.length === 0 && !isInSelect && tables === 0 && !reader.insideOf && !reader.isInForeign;
  const settle = (end: number): void => {
    if (isSafe()) safeEnd = end;
  };
  const endHead = (at: number, next: Mode): void => {
    if (mode === 'body' || mode === 'frameset') return;
    if (mode !== 'after head') headEnd = at;
    mode = next;
  };
  const follow = (name: string, start: number): void => {
    if (name === 'frameset' && !isBodyCertain) {
      endHead(start, 'frameset');
      mode = 'frameset';
    } else if (NO_FRAMES.has(name)) isBodyCertain = true;
    if (!HEAD_ELEMENTS.has(name) || (name === 'noscript' && mode === 'after head')) endHead(start, 'body');
    else if (mode === 'before' && name !== 'html') mode = 'head';
  };

  const handler: HtmlHandler = {
    startTag: (tag) => {
      const { name, start, end, isForeign } = tag;
      if (templates.length === 0) {
        if (isForeign) endHead(start, 'body');
        else follow(name, start);
      }
      if (isInSelect && DOUBTFUL_IN_SELECT.has(name)) reader.doubt();
      if (!isForeign) {
        if (templates.every(({ isShown }) => isShown) && !isInSelect && mode !== 'frameset')
          collected.startTag(tag, mode === 'body');
        if (name === 'template') {
          templates.push({ isShown: tag.attributes.has('shadowrootmode'), wasInSelect: isInSelect });
          isInSelect = false;
        } else if (name === 'select') isInSelect = !isInSelect;
        else if (name === 'table') tables += 1;
        else if (name === 'input' || name === 'textarea') isInSelect = false;
      }
      settle(end);
    },
    endTag: ({ name, start, end, isForeign }) => {
      collected.endTag(name);
      if (isInSelect && DOUBTFUL_IN_SELECT.has(name)) reader.doubt();
      if (name === 'template' && !isForeign) isInSelect = templates.pop()?.wasInSelect ?? isInSelect;
      else if (name === 'select') isInSelect = false;
      else if (name === 'table') tables = Math.max(0, tables - 1);
      else if (templates.length === 0) {
        if (name === 'head') endHead(start, 'after head');
        else if (['body', 'html', 'br'].includes(name)) endHead(start, 'body');
        isBodyCertain ||= name === 'br';
        if (isSafe() && (name === 'body' || (name === 'html' && bodyEnd === undefined))) bodyEnd = start;
      }
      settle(end);
    },
    text: (text, { start, end }, isSpace) => {
      collected.text(text);
      if (!isSpace && !reader.insideOf && templates.length === 0) {
        endHead(start, 'body');
        isBodyCertain = true;
      }
      // If the page ends like this, an appended tag would become a comment.
      settle(text.endsWith('</') ? end - 2 : end);
    },
    other: ({ end }, isClosed) => {
      if (isClosed) settle(end);
    },
  };
  const reader = createHtmlReader(handler);

  return {
    write: (piece, isLast) => {
      reader.write(piece, isLast);
      if (!isLast) return;
      // No end tags were found.
      headEnd ??= safeEnd ?? 0;
      if ((safeEnd ?? 0) >= headEnd && (mode === 'body' || isSafe())) bodyEnd ??= safeEnd ?? 0;
    },
    facts: () => ({
      ...collected.facts(),
      headEnd,
      bodyEnd: mode === 'frameset' ? undefined : bodyEnd,
      isXml: false,
    }),
  };
}
