// Reads HTML tag by tag, like a browser's tokenizer (the only user of parse5). Builds no tree, but tracks what the
// tokenizer needs from it (raw text, SVG, MathML). The cost is linear in the length of the page.
import { foreignContent, html, type Token, Tokenizer, TokenizerMode } from 'parse5';

/** Position in the page: `start` is the first character, `end` is after the last. */
interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Tag extends Range {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** True for an element of SVG or MathML. */
  readonly isForeign: boolean;
  /** Position of an attribute, including its name. */
  rangeOf(attribute: string): Range | undefined;
}

export interface HtmlHandler {
  startTag(tag: Tag): void;
  endTag(tag: Tag): void;
  /** A run of characters: only whitespace, or none. */
  text(text: string, range: Range, isSpace: boolean): void;
  /** A comment or a doctype. `isClosed` is false if the page ends inside it. */
  other(range: Range, isClosed: boolean): void;
}

export interface HtmlReader {
  /** Reads the next piece of the page. */
  write(piece: string, isLast: boolean): void;
  /** The open element whose content is not parsed. */
  readonly insideOf: string | undefined;
  /** True if an SVG or MathML element is open, or may be. */
  readonly isInForeign: boolean;
  /** Browsers differ from here on, so nothing that follows is certain. */
  doubt(): void;
}

const $ = html.TAG_ID;
const { HTML, SVG, MATHML } = html.NS;

/** How to read the content of an element. Scripts are enabled, so the content of `noscript` is text. */
const MODES = new Map<html.TAG_ID, (typeof TokenizerMode)[keyof typeof TokenizerMode]>([
  [$.TEXTAREA, TokenizerMode.RCDATA],
  [$.TITLE, TokenizerMode.RCDATA],
  [$.SCRIPT, TokenizerMode.SCRIPT_DATA],
  [$.PLAINTEXT, TokenizerMode.PLAINTEXT],
  ...[$.STYLE, $.IFRAME, $.XMP, $.NOEMBED, $.NOFRAMES, $.NOSCRIPT].map((id) => [id, TokenizerMode.RAWTEXT] as const),
]);

interface Root {
  readonly space: html.NS;
  readonly name: string;
  /** Number of open elements by name. */
  readonly open: Map<string, number>;
}

/** @param isXml there is no raw text, and CDATA sections are allowed everywhere. */
export function createHtmlReader(handler: HtmlHandler, isXml = false): HtmlReader {
  /** Number of open HTML elements by name. */
  const openHtml = new Map<string, number>();
  /** The roots of foreign content and the integration points in it, from the outside in. */
  const roots: Root[] = [{ space: HTML, name: '', open: openHtml }];
  let insideOf: string | undefined;
  let isUncertain = false;
  let length = 0;

  const root = (): Root => roots.at(-1) ?? { space: HTML, name: '', open: openHtml };
  const enter = (space: html.NS, name: string): void => void roots.push({ space, name, open: new Map([[name, 1]]) });
  const leaveForeign = (): void => {
    while (root().space !== HTML) roots.pop();
  };

  const readStartTag = (token: Token.TagToken): void => {
    if (isXml) return handler.startTag(toTag(token, false));
    if (root().space !== HTML && foreignContent.causesExit(token)) leaveForeign();
    const { space } = root();
    const name = token.tagName;
    const isForeign = space !== HTML || token.tagID === $.SVG || token.tagID === $.MATH;
    if (!isForeign || !token.selfClosing) {
      if (space === SVG) foreignContent.adjustTokenSVGTagName(token);
      if (space === HTML && isForeign) enter(token.tagID === $.SVG ? SVG : MATHML, name);
      else if (isForeign && foreignContent.isIntegrationPoint(token.tagID, space, token.attrs)) enter(HTML, name);
      else change(root().open, name, 1);
      if (!isForeign && root().open !== openHtml) change(openHtml, name, 1);
    }
    const mode = isForeign ? undefined : MODES.get(token.tagID);
    if (mode !== undefined) {
      tokenizer.state = mode;
      insideOf = name;
    }
    handler.startTag(toTag(token, isForeign));
    tokenizer.inForeignNode = root().space !== HTML;
  };

  const readEndTag = (token: Token.TagToken): void => {
    insideOf = undefined;
    const here = root();
    const name = token.tagName;
    const isOpenHere = here.open.has(name);
    const isBreak = token.tagID === $.P || token.tagID === $.BR;
    const isForeign = here.space !== HTML && !isBreak && (isOpenHere || !openHtml.has(name));
    if (here.space !== HTML && !isForeign) {
      leaveForeign();
      // The end tag of an outer HTML element closes it in most cases, but not in all.
      isUncertain ||= !isBreak;
    } else if (isOpenHere && change(here.open, name, -1) === 0 && name === here.name) {
      // Open elements inside keep it open.
      isUncertain ||= here.space === HTML && here.open.size > 0;
      roots.pop();
    }
    if (!isForeign && here.open !== openHtml) change(openHtml, name, -1);
    handler.endTag(toTag(token, isForeign));
    tokenizer.inForeignNode = isXml || root().space !== HTML;
  };

  const readText = ({ chars, location }: Token.CharacterToken): void => handler.text(chars, toRange(location), false);
  const readSpace = ({ chars, location }: Token.CharacterToken): void => handler.text(chars, toRange(location), true);
  const readMarkup = ({ location }: Token.CommentToken | Token.DoctypeToken): void => {
    const range = toRange(location);
    // The tokenizer counts the end of the page as an extra character.
    handler.other(range, range.end <= length);
  };
  const tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: true },
    {
      onStartTag: readStartTag,
      onEndTag: readEndTag,
      onCharacter: readText,
      onNullCharacter: readSpace,
      onWhitespaceCharacter: readSpace,
      onComment: readMarkup,
      onDoctype: readMarkup,
      onEof: () => {},
      onParseError: null,
    },
  );
  tokenizer.inForeignNode = isXml;

  return {
    write: (piece, isLast) => {
      length += piece.length;
      tokenizer.write(piece, isLast);
    },
    get insideOf() {
      return insideOf;
    },
    get isInForeign() {
      return isUncertain || roots.length > 1;
    },
    doubt: () => {
      isUncertain = true;
    },
  };
}

/** @returns the new count. Names with a count of 0 are removed. */
function change(counts: Map<string, number>, name: string, by: 1 | -1): number {
  const count = Math.max(0, (counts.get(name) ?? 0) + by);
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
  return count;
}

function toTag({ tagName, attrs, location }: Token.TagToken, isForeign: boolean): Tag {
  return {
    ...toRange(location),
    name: tagName,
    attributes: new Map(attrs.map(({ name, value }) => [name, value])),
    isForeign,
    rangeOf: (attribute) => {
      const found = location?.attrs?.[attribute];
      return found && toRange(found);
    },
  };
}

function toRange(location: Token.Location | null): Range {
  return { start: location?.startOffset ?? 0, end: location?.endOffset ?? 0 };
}
