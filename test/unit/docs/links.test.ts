// Every link between the Markdown files of the repository leads somewhere. Seen to fail on 26 November 2026, each time with the file and
// the link: `gate.md#texts` in docs/privacy.md changed to `gate.md#text`, docs/offline.md renamed, a picture in README.md misspelled; and
// for a README of more than 150 lines and a page that docs/README.md doesn't list.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBrokenLinks, readAnchors, readLinks } from '../../helpers/markdown-links.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const OTHERS = ['**/node_modules/**', 'dist/**', 'data/**'];
const MOST_README_LINES = 150;

const pages = new Map(
  globSync(['*.md', '{docs,test,.github}/**/*.md'], { cwd: PROJECT, exclude: OTHERS })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map((path) => [path, readFileSync(join(PROJECT, path), 'utf8')]),
);

describe('the Markdown files', () => {
  it('have no broken links, anchors or pictures', () => {
    expect([...pages.keys()]).toEqual(
      expect.arrayContaining(['README.md', 'docs/README.md', 'docs/integrations/html.md']),
    );
    expect([...pages.values()].flatMap(readLinks).length).toBeGreaterThan(100);
    expect(findBrokenLinks(pages, (path) => existsSync(join(PROJECT, path)))).toEqual([]);
  });

  it('in docs/ are all listed on its start page', () => {
    const listed = readLinks(pages.get('docs/README.md') ?? '');
    const missing = [...pages.keys()].filter(
      (page) => /^docs\/(?!README\.md$|internals\/)/.test(page) && !listed.includes(page.slice('docs/'.length)),
    );
    expect(missing).toEqual([]);
  });

  it('include a short README', () => {
    expect(pages.get('README.md')?.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_README_LINES);
  });
});

describe('a link', () => {
  const find = (text: string): readonly string[] =>
    findBrokenLinks(
      new Map([
        ['docs/page.md', `# Page\n\n${text}\n`],
        ['docs/other.md', '# Other page\n'],
      ]),
      (path) => ['docs/page.md', 'docs/other.md', 'picture.png'].includes(path),
    );

  it.for([
    '[a](other.md) [b](other.md#other-page) [c](#page) ![d](../picture.png)',
    '<img src="../picture.png" srcset="../picture.png, ../picture.png 2x">',
    '[a][b]\n\n[b]: other.md',
    '[a](https://example.com/missing.md#x) [b](mailto:ann@example.com) <http://localhost:8080>',
    '`[a](missing.md)` and ``[`](missing.md)``',
    '```md\n[a](missing.md)\n```\n\n  ```js\n  x[0](missing)\n  ```',
    '<!-- [a](missing.md) -->',
  ])('that works, or is not a link, is accepted: %j', (text) => {
    expect(find(text)).toEqual([]);
  });

  it.for([
    ['[a](missing.md)', 'missing.md'],
    ['[`a`](missing.md "Title")', 'missing.md'],
    ['[a](other.md#Other-page)', 'other.md#Other-page'],
    ['[a](#pages)', '#pages'],
    ['[![a](../picture.png)](missing.md)', 'missing.md'],
    ['![a](picture.png)', 'picture.png'],
    ['<img src="../picture.png" srcset="../picture.png 1x, ../large.png 2x">', '../large.png'],
    ['[a][b]\n\n[b]: missing.md', 'missing.md'],
    ['[a](/docs/other.md)', '/docs/other.md'],
    ['[a](../../elsewhere.md)', '../../elsewhere.md'],
    ['~~~\n```\n~~~\n[a](missing.md)', 'missing.md'],
  ] as const)('that leads nowhere is found: %j', ([text, link]) => {
    expect(find(text)).toEqual([`docs/page.md: ${link}`]);
  });
});

it.for([
  ['## Quick start', 'quick-start'],
  ['### `GET /api/sessions/:id`', 'get-apisessionsid'],
  ["## What it doesn't promise", 'what-it-doesnt-promise'],
  ['## A – b, [c](d.md) & _e_ snake_case', 'a--b-c--e-snake_case'],
  ['## Über *alles* ##', 'über-alles'],
] as const)('the anchor of %j is %j', ([heading, anchor]) => {
  expect([...readAnchors(`${heading}\n`)]).toEqual([anchor]);
});

it('headings with the same text get different anchors, and those in code are ignored', () => {
  expect([...readAnchors('# A\n\n## A\n\n```sh\n# a comment\n```\n\n### A\n')]).toEqual(['a', 'a-1', 'a-2']);
});
