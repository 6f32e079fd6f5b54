// Puts the heartbeat into a page that has none of its own, while the page streams through. Bytes are looked at one by one
// (latin1), so that whatever encoding has ASCII in it comes out as it went in.
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { allowHeartbeat } from './allow-heartbeat.ts';
import type { Library } from './library.ts';

/**
 * Its own, in the page itself and not in a comment of it; or a script of the page loads the library and starts it as it wants, which
 * an element would do before; or it beats by itself, as the original script does.
 */
const OWN = /<session-heartbeat[\s>/]|\/stillhere\.js\b|\/api\/session-heartbeat\b/i;
const COMMENT = /<!--[^]*?-->/g;
const POLICY = /<meta\b[^>]*\bhttp-equiv\s*=\s*["']?content-security-policy\b[^>]*>/gi;
const CONTENT = /\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const END = /<\/body\b/gi;
/** A tag, an end tag or a comment; a `<` that anything else follows is text. */
const BEGUN = /^<(?:[a-z/!][^>]*)?$/i;
/** A tag that is longer than this isn't waited for. */
const MOST_HELD = 16_384;

const SCRIPT = 'type="module" src="/stillhere.js"';
/**
 * For a policy with `'strict-dynamic'` and no nonce. A script that the parser met, and that a hash lets in, may not import
 * others: they count as met by the parser, too, and have no hash (Chromium 156: the page library's chunks were stopped). One that
 * a trusted script puts into the page may.
 */
const LOADER =
  "document.head.append(Object.assign(document.createElement('script'),{type:'module',src:'/stillhere.js'}))";
const LOADER_HASH = `sha256-${createHash('sha256').update(LOADER).digest('base64')}`;

/** @param origin of the site, as its reader sees it. */
export function putHeartbeat({ element }: Pick<Library, 'element'>, origin: string): Transform {
  let held = '';
  let isThere = false;
  let script = `<script ${SCRIPT}></script>`;
  const readPolicy = (meta: string): string => {
    const [all, double, single] = CONTENT.exec(meta) ?? [];
    if (all === undefined) return meta;
    const { policy, nonce, isByHash } = allowHeartbeat(unescapeHtml(double ?? single ?? ''), origin, LOADER_HASH);
    if (nonce) script = `<script ${SCRIPT} nonce="${nonce}"></script>`;
    else if (isByHash) script = `<script>${LOADER}</script>`;
    return meta.replace(CONTENT, () => `content="${escapeHtml(policy)}"`);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let text = (held + chunk.toString('latin1')).replace(POLICY, readPolicy);
      isThere ||= OWN.test(text.replace(COMMENT, '').replace(POLICY, ''));
      const end = isThere ? text.length : heldFrom(text);
      held = text.slice(end);
      text = text.slice(0, end);
      done(null, Buffer.from(text, 'latin1'));
    },
    flush(done) {
      const lines = `${script}\n${element}\n`;
      done(null, Buffer.from(isThere ? held : lines + held, 'latin1'));
    },
  });
}

/** The end of the page, or a tag that isn't whole yet. */
function heldFrom(text: string): number {
  const end = [...text.matchAll(END)].at(-1)?.index ?? text.lastIndexOf('<');
  const held = text.slice(end);
  const isOpen = BEGUN.test(held) && held.length < MOST_HELD;
  return end >= 0 && (isOpen || held.search(END) === 0) ? end : text.length;
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll(/&(?:#39|#x27|apos);/gi, "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
