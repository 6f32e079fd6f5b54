// Reads an XHTML page. Only explicit tags count: nothing is implied, and the result must be well-formed.
import { createHtmlReader, type HtmlHandler } from './html-reader.ts';
import { collectFacts, type PageReader } from './page-facts.ts';

export function createXhtmlPageReader(): PageReader {
  const collected = collectFacts();
  let headEnd: number | undefined;
  let bodyEnd: number | undefined;
  let templates = 0;
  let isPlain = true;
  let encoding: string | undefined;
  let isFirst = true;

  const handler: HtmlHandler = {
    startTag: (tag) => {
      const name = localName(tag.name);
      if (templates === 0) collected.startTag({ ...tag, name }, headEnd !== undefined);
      if (name === 'template') templates += 1;
    },
    endTag: ({ name: full, start }) => {
      const name = localName(full);
      collected.endTag(name);
      if (name === 'template') templates -= 1;
      else if (name === 'head') headEnd ??= start;
      else if (name === 'body') bodyEnd = start;
    },
    text: (text) => collected.text(text),
    other: () => {},
  };
  const reader = createHtmlReader(handler, true);

  return {
    write: (piece, isLast) => {
      if (isFirst) {
        encoding = /^\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([\w.:-]+)/.exec(piece)?.[1];
        isPlain = !hasEntities(piece);
        isFirst = false;
      }
      reader.write(piece, isLast);
    },
    facts: () => ({
      ...collected.facts(),
      charset: encoding,
      headEnd: isPlain ? (headEnd ?? bodyEnd) : undefined,
      bodyEnd: isPlain ? bodyEnd : undefined,
      isXml: true,
    }),
  };
}

/** `h:body` → `body`. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** True if the page defines entities, which can contain anything, even tags. */
function hasEntities(page: string): boolean {
  const start = page.indexOf('<!DOCTYPE');
  return start >= 0 && page.slice(start, page.indexOf('>', start)).includes('[');
}
