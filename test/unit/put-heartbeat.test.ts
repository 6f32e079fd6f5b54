// The heartbeat is put into pages that have none, however they come in pieces, and nothing else of them changes.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putHeartbeat } from '../../server/site/put-heartbeat.ts';

const LIBRARY = { element: '<session-heartbeat></session-heartbeat>' };
const LINES = '<script type="module" src="/stillhere.js"></script>\n<session-heartbeat></session-heartbeat>\n';

/** In chunks that end where the cuts are. */
async function put(page: string | Uint8Array, cuts: readonly number[] = []): Promise<string> {
  const bytes = Buffer.from(page as string);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other);
  let start = 0;
  const chunks = ends.map((end) => bytes.subarray(start, (start = end))).filter(({ length }) => length > 0);
  return text(Readable.from(chunks).pipe(putHeartbeat(LIBRARY, 'https://site.example')));
}

describe('a page', () => {
  it.for([
    ['<!doctype html><body>Text</body></html>', `<!doctype html><body>Text${LINES}</body></html>`],
    ['<title>x</title><p>no body', `<title>x</title><p>no body${LINES}`],
    ['', LINES],
    [
      '<script>const end = "</body>"</script><p>Text</BODY>',
      `<script>const end = "</body>"</script><p>Text${LINES}</BODY>`,
    ],
    ['Größe: 5 < 6 €', `Größe: 5 < 6 €${LINES}`],
    ['<p>cut off <a hre', `<p>cut off ${LINES}<a hre`],
    ['<!-- <session-heartbeat> --><body></body>', `<!-- <session-heartbeat> --><body>${LINES}</body>`],
  ] as const)('gets it at its end: %s', async ([page, expected]) => {
    expect(await put(page)).toBe(expected);
  });

  it.for([
    '<session-heartbeat></session-heartbeat><body></body>',
    '<body><SESSION-HEARTBEAT tick="9"/></body>',
    '<session-heartbeat>',
    '<script type="module">import { startHeartbeat } from "/stillhere.js"; startHeartbeat({ tick: 9 })</script></body>',
  ])('that has its own stays as it is: %s', async (page) => {
    expect(await put(page)).toBe(page);
  });

  it('comes out the same in whatever pieces it went in', async () => {
    const part = fc.constantFrom(
      '<body>',
      '</body>',
      '<p>é',
      '<!--',
      '-->',
      '<session-heartbeat>',
      '</html>',
      '<',
      '>',
      '<meta http-equiv=Content-Security-Policy content="default-src \'none\'">',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 12 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        async (parts, cuts) => {
          const page = parts.join('');
          // A comment in pieces isn't seen as one: then what is in it counts as there. And a policy belongs into the head.
          fc.pre(!page.includes('<session-heartbeat>') || !/<!--|<meta/.test(page));
          expect(await put(page, cuts)).toBe(await put(page));
        },
      ),
    );
  });

  it('in bytes that are no UTF-8 comes out as it went in', async () => {
    const page = Buffer.from('<p>caf\xe9</p></body>', 'latin1');
    const chunks = await Readable.from([page]).pipe(putHeartbeat(LIBRARY, 'https://site.example')).toArray();
    expect(Buffer.concat(chunks as Buffer[]).toString('latin1')).toBe(`<p>caf\xe9</p>${LINES}</body>`);
  });
});

describe('a policy of the page', () => {
  const page = (policy: string): string =>
    `<head><meta content="${policy}" http-equiv="Content-Security-Policy"></head><body></body>`;

  it('lets the heartbeat through', async () => {
    expect(await put(page("default-src 'none'"))).toMatch(
      /content="default-src 'none'; script-src-elem https:\/\/site\.example\/stillhere\.js .*; connect-src 'self'; worker-src 'self'"/,
    );
  });

  it('lends its nonce, also where it is escaped', async () => {
    expect(await put(page('script-src &#39;nonce-r4nd0m&#39;'))).toContain('src="/stillhere.js" nonce="r4nd0m">');
  });

  it('that passes trust on gets a script that it knows, which brings ours', async () => {
    const shown = await put(page("script-src 'strict-dynamic'"));
    const [, script = ''] = /<script>(.*)<\/script>/.exec(shown) ?? [];
    expect(script).toContain("src:'/stillhere.js'");
    expect(shown).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  });
});
