// The heartbeat is put into pages that have none, wherever their tags leave a place for it, and nothing else of them changes.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editBytes, editStream } from '../../../../server/site/edit-bytes.ts';
import { needsOrigin, injectHeartbeat } from '../../../../server/site/inject-heartbeat.ts';
import { scanPage } from '../../../../server/site/scan-page.ts';

const ORIGIN = 'https://site.example';
const SCRIPT = '<script type="module" async src="/stillhere.js" data-stillhere-start></script>';
const ELEMENT = '<session-heartbeat></session-heartbeat>';
const OWN_ELEMENT = '<session-heartbeat tick="9"></session-heartbeat>';

async function putBytes(bytes: Buffer, isXml = false): Promise<Buffer> {
  const scanned = await scanPage(bytes, isXml);
  return editBytes(bytes, injectHeartbeat(scanned, { origin: ORIGIN }), scanned.utf);
}

async function put(page: string, isXml = false): Promise<string> {
  return (await putBytes(Buffer.from(page), isXml)).toString();
}

/** `|` is where the script belongs, `#` where the element does. */
async function expectPlaces(marked: string, isXml = false): Promise<void> {
  const page = marked.replace('|', '').replace('#', '');
  const shown = (await put(page, isXml)).replaceAll(/ xmlns="[^"]*"(?=[ >])/g, '');
  const script = isXml
    ? SCRIPT.replace(' async', ' async="async"').replace('-start', '-start="data-stillhere-start"')
    : SCRIPT;
  expect(shown).toBe(
    marked
      .replace('|', script)
      .replace('#', ELEMENT)
      .replaceAll(/ xmlns="[^"]*"(?=[ >])/g, ''),
  );
}

describe('a page gets the script at the end of its head and the element at the end of its body', () => {
  it.for([
    '<!doctype html><html><head><title>x</title>|</head><body><p>Text</p>#</body></html>',
    '<!DOCTYPE HTML><HTML><HEAD><TITLE>x</TITLE>|</HEAD><BODY><P>Text#</BODY></HTML>',
    // Tags that HTML leaves out.
    '<!doctype html><title>x</title>|<p>Text#',
    '<!doctype html><meta charset=utf-8><link rel=stylesheet href=a.css>\n|Text#',
    '<!doctype html><title>x</title>|<body>Text#</html>',
    '<title>only a head</title>|#',
    '|#',
    '|5 < 6 € and > 4#',
    '<html><head></head\n><!-- c --><body></body>'.replace('<head>', '<head>|').replace('</body>', '#</body>'),
    '\uFEFF<!doctype html><title>x</title>|<p>Text#',
    '<html><head>|</head><meta name=late><body>#</body></html>',
    // After the body.
    '<head>|</head><body>Text#</body><!-- </body> was here --></html>',
    '<head>|</head><body>Text#</body><script>const s = "</body>"</script></html>',
    '<head>|</head><body>one</body><p>two#</body></html>',
    // What looks like the end and isn't.
    '<head><title></head> of a title</title>|</head><body>#</body>',
    '<head><script>"</head>"</script><style>/* </head> */</style>|</head><body>#</body>',
    '<head><noscript><p></noscript>|</head><body><noscript></body></noscript>#</body>',
    '<head><template><p></head></template>|</head><body><template></body></template>#</body>',
    '<head>|</head><body><textarea></body></textarea><xmp></body></xmp><iframe></body></iframe>#</body>',
    '<head>|</head><body><p title="</body>" data-x=\'</body>\'>#</body>',
    '<head>|</head><body><svg><style>/* <g> */</style><title>x</title><script/></svg>#</body>',
    '<head>|</head><body><svg><![CDATA[</body>]]><foreignObject><p></p></foreignObject></svg><math><mi>x</mi></math>#</body>',
    '<head>|</head><body><svg/><p>#</body>',
    '<head>|</head><body><svg><p>ends it#</body>',
    '<head>|</head><body><table><tr><td></table>#</body>',
    // What is open to the end: before it.
    '<head>|</head><body>Text#</body><!-- open',
    '<head>|</head>Text#<!-- open </body>',
    '|<p>cut off #<a hre',
    '|<p>Text#<script>never ends </body>',
    '|<p>Text#<textarea>never ends </body>',
    '|<p>Text#<template>never ends</body>',
    '|<p>Text#<select><option>never ends</body>',
    '|<p>Text#<svg><g>never ends</body>',
    '|<p>Text#<plaintext></body>',
    '|<p>Text#<table><tr><td>never ends</body>',
    '|<p>Text#</',
    '<head>|</head><body><div>#<svg><path></div><p>Text</body>',
    '<!doctype html>|#<!-- open',
  ])('%s', (marked) => expectPlaces(marked));

  it.for([
    '<head><title>x</title>|</head><frameset><frame src=a.html></frameset>',
    '<title>x</title>|<frameset><frame src=a.html><noframes><body></body></noframes></frameset>',
  ])('but a frameset, which has no body, gets only the script: %s', (marked) => expectPlaces(marked));

  it('a doctype stays first, whatever follows', async () => {
    expect(await put('<!doctype html>Text')).toMatch(/^<!doctype html><script/);
    expect(await put('<!-- saved --><!doctype html>Text')).toMatch(/^<!-- saved --><!doctype html><script/);
  });
});

describe('a page with its own heartbeat stays unchanged', () => {
  it.for([
    '<session-heartbeat></session-heartbeat><body></body>',
    '<body><SESSION-HEARTBEAT tick="9"/></body>',
    '<session-heartbeat>',
    '<body><div><template shadowrootmode="open"><session-heartbeat></session-heartbeat></template></div></body>',
    '<body><svg><foreignObject><session-heartbeat></session-heartbeat></foreignObject></svg></body>',
    '<script type="module">import { startHeartbeat } from "/stillhere.js"; startHeartbeat({ tick: 9 })</script></body>',
    '<script type=module>\n// starts it\nawait import(`https://other.example/stillhere.js?v=2`)</script>',
    "<body><script>setInterval(() => fetch('/api/session-heartbeat', { method: 'POST' }), 180000)</script></body>",
    '<body><script async src=https://other.example/stillhere.js></script></body>',
    '<script src="stillhere.js#x" type="text/javascript"></script><body>',
  ])('%s', async (page) => {
    expect(await put(page)).toBe(page);
  });

  it.for([
    `<body><!-- ${OWN_ELEMENT} --></body>`,
    `<body><template>${OWN_ELEMENT}<script src="/stillhere.js"></script></template></body>`,
    `<body><textarea>${OWN_ELEMENT}</textarea><title>${OWN_ELEMENT}</title></body>`,
    `<body><noscript>${OWN_ELEMENT}</noscript><iframe>${OWN_ELEMENT}</iframe></body>`,
    '<body><p>Put <code>/stillhere.js</code> into it, or &lt;session-heartbeat&gt;, "/api/session-heartbeat"</body>',
    '<body><a href="/stillhere.js" title="<session-heartbeat>">the library</a></body>',
    '<body><svg><session-heartbeat></session-heartbeat></svg></body>',
    '<body><script type="text/template"><session-heartbeat></session-heartbeat>"/stillhere.js"</script></body>',
    '<body><script type="application/json">{"path": "/api/session-heartbeat"}</script></body>',
    '<body><script src="/not-stillhere.js"></script><script src="/stillhere.js.map"></script></body>',
    '<body><script>// await import("/stillhere.js")\n/* fetch("/api/session-heartbeat") */ go()</script></body>',
    '<body><script>const text = "see /stillhere.js and /api/session-heartbeat"</script></body>',
    '<body><session-heartbeat-chart></session-heartbeat-chart></body>',
  ])('but only if the heartbeat is in the document: %s', async (page) => {
    expect(await put(page)).toContain(SCRIPT);
    expect(await put(page)).toContain(`${ELEMENT}</body>`);
  });
});

describe('an XHTML page stays well-formed', () => {
  const page = (head: string, body: string, prefix = ''): string =>
    `<?xml version="1.0" encoding="utf-8"?>\n<${prefix}html xmlns${prefix && ':h'}="http://www.w3.org/1999/xhtml">` +
    `<${prefix}head>${head}</${prefix}head><${prefix}body>${body}</${prefix}body></${prefix}html>`;

  it.for([
    page('<title>x</title>|', '<p>Text</p>#'),
    page('<script>//<![CDATA[\n"</head>"\n//]]></script><title/>|', '<textarea/><!-- </body> --><![CDATA[</body>]]>#'),
    page('|', '#', 'h:'),
    '<html xmlns="http://www.w3.org/1999/xhtml"><head/><body>|#</body></html>',
  ])('%s', (marked) => expectPlaces(marked, true));

  it.for([
    '<!DOCTYPE html [<!ENTITY end "</body>">]><html><body>&end;</body></html>',
    '<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    page('', '<session-heartbeat/>'),
  ])('and stays unchanged if that is uncertain, or nothing is missing: %s', async (whole) => {
    expect(await put(whole, true)).toBe(whole);
  });

  it('with injected elements in the HTML namespace, whatever the namespace around them', async () => {
    expect(await put(page('', '', 'h:'), true)).toMatch(
      /<session-heartbeat xmlns="http:\/\/www\.w3\.org\/1999\/xhtml"><\/session-heartbeat><\/h:body>/,
    );
  });
});

describe('the bytes of a page', () => {
  const text = '<!doctype html><title>Größe</title>|<p>Zwölf Äpfel#</body>';
  const page = text.replace('|', '').replace('#', '');
  const expected = text.replace('|', SCRIPT).replace('#', ELEMENT);

  it.for([
    ['UTF-16, little end first', '\uFEFF', (of: string) => Buffer.from(of, 'utf16le')],
    ['UTF-16, big end first', '\uFEFF', (of: string) => Buffer.from(of, 'utf16le').swap16()],
    ['UTF-16 without a mark', '', (of: string) => Buffer.from(of, 'utf16le')],
    ['ISO-8859-1', '', (of: string) => Buffer.from(of, 'latin1')],
    ['UTF-8', '\uFEFF', (of: string) => Buffer.from(of)],
  ] as const)('in %s stay, and the heartbeat is in the same encoding', async ([, mark, encode]) => {
    expect(await putBytes(encode(mark + page))).toEqual(encode(mark + expected));
  });

  it('in Shift_JIS stay the same, where a letter can be half of a character', async () => {
    const bytes = Buffer.from('<meta charset=shift_jis>\x83\x5c\x83\x41<p>\x94\x5c</body>', 'latin1');
    expect((await putBytes(bytes)).toString('latin1')).toBe(
      `<meta charset=shift_jis>${SCRIPT}\x83\x5c\x83\x41<p>\x94\x5c${ELEMENT}</body>`,
    );
  });

  it.for([
    ['<meta charset=iso-2022-jp>', '</body>', `</body>`],
    ['', '</body>', '</body>'],
    ['<meta charset=iso-2022-jp>', '', ''],
  ] as const)('in ISO-2022-JP stay, where a tag is half of a character: %s', async ([head, end]) => {
    // 3c 2f 62 6f is `</bo` and two characters.
    const japanese = '\x1b$B</body>!\x1b(B';
    const shown = (await putBytes(Buffer.from(`${head}<p>${japanese}${end}`, 'latin1'))).toString('latin1');
    expect(shown).toBe(`${head}${SCRIPT}<p>${japanese}${ELEMENT}${end}`);
  });

  it('that end inside ISO-2022-JP text get nothing there', async () => {
    const page2 = '<p>\x1b$B</body>!';
    expect((await putBytes(Buffer.from(page2, 'latin1'))).toString('latin1')).toBe(SCRIPT + page2);
  });

  it('are the same for any split into pieces', async () => {
    const parts = ['<body>', '</body>', '<p>é', '<!--', '-->', '</html>', '<', '>', '<script>', '</script>', '<svg>'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...parts), { maxLength: 12 }),
        fc.array(fc.nat(100), { maxLength: 8 }),
        async (chosen, cuts) => {
          const bytes = Buffer.from(chosen.join(''));
          const edits = injectHeartbeat(await scanPage(bytes, false), { origin: ORIGIN });
          const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((one, two) => one - two);
          let start = 0;
          const pieces = ends.map((end) => bytes.subarray(start, (start = end))).filter(({ length }) => length > 0);
          const shown = await buffer(Readable.from(pieces).pipe(editStream(edits)));
          expect(shown).toEqual(editBytes(bytes, edits));
          expect(shown.toString().replace(SCRIPT, '').replace(ELEMENT, '')).toBe(bytes.toString());
        },
      ),
    );
  });
});

describe('a policy of the page', () => {
  const page = (policy: string): string =>
    `<head><meta content="${policy}" http-equiv="Content-Security-Policy"></head><body></body>`;

  it('is extended to allow the heartbeat', async () => {
    expect(await put(page("default-src 'none'"))).toMatch(
      /content="default-src 'none'; script-src-elem https:\/\/site\.example\/stillhere\.js .*; connect-src 'self'; worker-src 'self'"/,
    );
  });

  it.for([
    '<meta http-equiv=content-security-policy content=script-src>',
    "<meta content='script-src' http-equiv='Content-Security-Policy'/>",
    '</head><META HTTP-EQUIV="CONTENT-SECURITY-POLICY" CONTENT=script-src><body>',
  ])('is recognized in any spelling: %s', async (meta) => {
    expect(await put(`<head>${meta}`)).toContain(`content="script-src; script-src-elem ${ORIGIN}/stillhere.js `);
  });

  it.for([
    '<!-- <meta http-equiv=Content-Security-Policy content=script-src> -->',
    '<template><meta http-equiv=Content-Security-Policy content=script-src></template>',
    '<body><meta http-equiv=Content-Security-Policy content=script-src>',
    '<meta http-equiv=Content-Security-Policy-Report-Only content=script-src>',
    '<meta http-equiv=Content-Security-Policy>',
  ])('that does not apply stays unchanged: %s', async (meta) => {
    expect((await put(meta)).replace(SCRIPT, '').replace(ELEMENT, '')).toBe(meta);
  });

  it('provides its nonce, even if it is escaped', async () => {
    expect(await put(page('script-src &#39;nonce-r4nd0m&#39;'))).toContain('data-stillhere-start nonce="r4nd0m">');
  });

  it('with strict-dynamic gets a hashed loader for the library', async () => {
    const shown = await put(page("script-src 'strict-dynamic'"));
    const [, script = ''] = /<script>(.*)<\/script>/.exec(shown) ?? [];
    expect(script).toContain('s.src="/stillhere.js";s.dataset.stillhereStart="";');
    expect(shown).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  });
});

describe('the address of the script', () => {
  const scriptOf = async (page: string): Promise<string | undefined> => / src="([^"]*)"/.exec(await put(page))?.[1];

  it('is absolute if the page has a base, otherwise relative to the site', async () => {
    expect(await scriptOf('<head><base href="https://final.example/"></head>')).toBe(`${ORIGIN}/stillhere.js`);
    expect(await scriptOf('<p>late</p><base href=/elsewhere/>')).toBe(`${ORIGIN}/stillhere.js`);
    expect(await scriptOf('<head><base target=_blank></head>')).toBe('/stillhere.js');
    expect(await scriptOf('<head><!-- <base href=/x/> --></head>')).toBe('/stillhere.js');
  });

  it('and policies are all that depends on the origin', async () => {
    const isNeeded = async (page: string): Promise<boolean> => needsOrigin(await scanPage(Buffer.from(page), false));
    expect(await isNeeded('<base href=/x/>')).toBe(true);
    expect(await isNeeded('<meta http-equiv=content-security-policy content=script-src>')).toBe(true);
    expect(await isNeeded('<title>x</title><p>Text')).toBe(false);
    expect(await isNeeded(`<base href=/x/>${OWN_ELEMENT}`)).toBe(false);
  });

  it('can close neither a script nor an attribute', async () => {
    const scanned = await scanPage(Buffer.from('<base href=/x/>'), false);
    const [script] = injectHeartbeat(scanned, { origin: 'https://"><script>' });
    expect(script?.text).toContain('src="https://&quot;>&lt;script>/stillhere.js"');
  });

  it("comes with the site's worker setting", async () => {
    const edits = injectHeartbeat(await scanPage(Buffer.from('Text'), false), { worker: 'none', origin: ORIGIN });
    expect(edits.map(({ text }) => text)).toEqual([
      SCRIPT.replace('></script>', ' data-worker="none"></script>'),
      '<session-heartbeat worker="none"></session-heartbeat>',
    ]);
  });
});

describe('4 MB', () => {
  // Each took minutes where the cost grows with the square of the length: 240 kB of the first took 3.4 s.
  it.for([
    ['<!--', '<!--'],
    ['tags that never end', '<a '],
    ['<', '<'],
    ['an attribute', `<a title="${'x'.repeat(1_000)}`],
    ['attributes', ' x=1'],
    ['SVG in SVG', '<svg>'],
    ['integration points', '<svg><foreignObject>'],
    ['templates', '<template>'],
    ['selects', '<select>'],
    ['comments in a script', '<script>/*"/stillhere.js'],
    ['metas', '<meta http-equiv=content-security-policy content="'],
    ['CDATA', '<svg><![CDATA['],
    ['doctypes', '<!doctype html ['],
  ] as const)('of %s are read in pieces, and others get their turn in between', async ([, part]) => {
    const page = Buffer.from(`${part === ' x=1' ? '<a' : ''}${part.repeat((4 * 1024 * 1024) / part.length)}`);
    let turns = 0;
    const count = (): void => {
      turns++;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);
    for (const isXml of [false, true]) await scanPage(page, isXml);
    clearImmediate(turning);
    expect(turns).toBeGreaterThan(200);
  });
});
