// What is put into a page is in the document that comes of it, and changes nothing else of the tree: seen with parse5's own parser.
import fc from 'fast-check';
import { html, parse, type DefaultTreeAdapterTypes } from 'parse5';
import { expect, it } from 'vitest';
import { editBytes } from '../../../../server/site/edit-bytes.ts';
import { injectHeartbeat } from '../../../../server/site/inject-heartbeat.ts';
import { scanPage } from '../../../../server/site/scan-page.ts';

const PARTS = [
  '<!doctype html>',
  '<html>',
  '<head>',
  '</head>',
  '<body>',
  '</body>',
  '</html>',
  '<title>',
  '</title>',
  'text',
  ' ',
  '<!--',
  '-->',
  '<!',
  '</',
  '<',
  '>',
  '<p>',
  '</p>',
  '<br>',
  '</br>',
  '<div class="</body>">',
  '</div>',
  '<meta name=x>',
  '<script>',
  '</script>',
  '<style>',
  '</style>',
  '<noscript>',
  '</noscript>',
  '<textarea>',
  '</textarea>',
  '<iframe>',
  '<template>',
  '</template>',
  '<select>',
  '</select>',
  '<option>',
  '<input>',
  '<table>',
  '<td>',
  '</table>',
  '<pre>\n',
  '<svg>',
  '</svg>',
  '<svg/>',
  '<foreignObject>',
  '</foreignObject>',
  '<desc>',
  '</desc>',
  '<math>',
  '<mi>',
  '</math>',
  '<![CDATA[',
  ']]>',
  '<font color=red>',
  '<b>',
  '</b>',
  '<frameset>',
  '<frame>',
  '<link>',
  '<session-heartbeat>',
];

type Node = DefaultTreeAdapterTypes.Node;

/** The tree without spaces and comments; elements of ours are left out and counted. What is inert is shown, too, but not counted. */
function read(page: string): { readonly tree: string; readonly scripts: number; readonly elements: number } {
  let scripts = 0;
  let elements = 0;
  const show = (node: Node, isInert: boolean): string => {
    if (node.nodeName === '#comment' || node.nodeName === '#documentType') return '';
    if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value.replaceAll(/\s/g, '');
    const { tagName, attrs, namespaceURI, childNodes } = node as DefaultTreeAdapterTypes.Element;
    const isHtml = namespaceURI === html.NS.HTML;
    const isScript = tagName === 'script' && attrs.some(({ name }) => name === 'data-stillhere-start');
    if (!isInert && isHtml && isScript) {
      scripts++;
      return '';
    }
    const isElement = tagName === 'session-heartbeat' && isHtml;
    if (isElement && !isInert) elements++;
    const content = 'content' in node ? show(node.content, true) : '';
    const children = childNodes.map((child) => show(child, isInert)).join('');
    // A parser opens formatting again for what comes into the body, ours too.
    if (isElement || ['b', 'font'].includes(tagName)) return children;
    const said = (attrs ?? []).map(({ name, value }) => ` ${name}=${value}`).join('');
    return `<${node.nodeName}${said}>${content}${children}</>`;
  };
  return { tree: show(parse(page), false), scripts, elements };
}

it('each page without a heartbeat gets one script, at most one element, and is otherwise unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...PARTS), { maxLength: 14 }), async (parts) => {
      const page = parts.join('');
      // parse5 ignores more in a select than newer browsers do.
      fc.pre(!/<select>[^]*<(?:svg|math|title|style|noscript|iframe|\/?table|td)/.test(page));
      const bytes = Buffer.from(page);
      const facts = await scanPage(bytes, false);
      const shown = editBytes(bytes, injectHeartbeat(facts, { origin: undefined })).toString();
      const before = read(page);
      const after = read(shown);
      if (facts.hasOwn) expect(shown).toBe(page);
      else {
        expect(before.elements).toBe(0);
        expect(after.scripts).toBe(1);
        expect(after.elements).toBe(facts.bodyEnd === undefined ? 0 : 1);
        expect(after.tree).toBe(before.tree);
      }
    }),
    { numRuns: 5_000 },
  );
});
