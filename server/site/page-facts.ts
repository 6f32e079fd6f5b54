// Collects the facts about a page that matter for the heartbeat, tag by tag.
import type { Tag } from './html-reader.ts';
import { isHeartbeatScript, isHeartbeatTag, isInlineScript } from './find-heartbeat.ts';

/** All positions are in characters of the page as given. */
export interface PageFacts {
  /** The page has its own heartbeat. */
  readonly hasOwn: boolean;
  /** Relative addresses in the page don't resolve against its own address. */
  readonly hasBase: boolean;
  /** The policies that apply: position of the `content` attribute, and its value. */
  readonly policies: readonly { readonly start: number; readonly end: number; readonly policy: string }[];
  /** The character encoding that the page declares. */
  readonly charset: string | undefined;
  /** The end of the head, even without a tag; undefined: nothing can be injected there. */
  readonly headEnd: number | undefined;
  /** The end of the body; undefined if there is none, or it was not reached. */
  readonly bodyEnd: number | undefined;
  /** Injected text must be well-formed XML. */
  readonly isXml: boolean;
}

export interface PageReader {
  /** Reads the next piece of the page. */
  write(piece: string, isLast: boolean): void;
  facts(): PageFacts;
}

export interface FactCollector {
  /** Handles a start tag that is in the document, outside templates. */
  startTag(tag: Tag, isBody: boolean): void;
  endTag(name: string): void;
  text(text: string): void;
  facts(): Pick<PageFacts, 'hasOwn' | 'hasBase' | 'policies' | 'charset'>;
}

/** Longer inline scripts are read only up to this length. */
const MOST_SCRIPT = 2 * 1024 * 1024;

export function collectFacts(): FactCollector {
  let hasOwn = false;
  let hasBase = false;
  let charset: string | undefined;
  const policies: { start: number; end: number; policy: string }[] = [];
  /** The inline script that is being read. */
  let script: string[] | undefined;
  let scriptLength = 0;

  const readMeta = (tag: Tag, isBody: boolean): void => {
    const equiv = tag.attributes.get('http-equiv')?.toLowerCase();
    const content = tag.attributes.get('content') ?? '';
    charset ??= tag.attributes.get('charset');
    if (equiv === 'content-type') charset ??= /charset\s*=\s*["']?([^\s"';]+)/i.exec(content)?.[1];
    // Browsers ignore policies in the body.
    const range = equiv === 'content-security-policy' && !isBody ? tag.rangeOf('content') : undefined;
    if (range) policies.push({ ...range, policy: content });
  };

  return {
    startTag: (tag, isBody) => {
      hasOwn ||= isHeartbeatTag(tag);
      if (tag.name === 'base') hasBase ||= tag.attributes.has('href');
      else if (tag.name === 'meta') readMeta(tag, isBody);
      else if (isInlineScript(tag)) {
        script = [];
        scriptLength = 0;
      }
    },
    endTag: (name) => {
      if (name !== 'script' || !script) return;
      hasOwn ||= isHeartbeatScript(script.join(''));
      script = undefined;
    },
    text: (text) => {
      if (!script || scriptLength > MOST_SCRIPT) return;
      script.push(text);
      scriptLength += text.length;
    },
    facts: () => ({ hasOwn, hasBase, policies, charset }),
  };
}
