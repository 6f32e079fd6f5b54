// What path a request means, and which paths are protected by a prefix. Over HTTP, with files: test/server/path-spellings.test.ts
// and test/server/protect-setting.test.ts.
import { describe, expect, it } from 'vitest';
import { isProtectedTarget, isUnder, readFilePath, readRequestPath } from '../../../../server/http/request-path.ts';

describe('a request path', () => {
  it.for<[string, string]>([
    ['/', '/'],
    ['', '/'],
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['a', '/a'],
    ['/a?b=/../c#d', '/a'],
    ['/a#b?c', '/a'],
    ['/a?b\n/../c', '/a'],
    ['/%61', '/a'],
    // Decoded once: what is left is a name.
    ['/%2561', '/%61'],
    ['/%C3%A4', '/ä'],
    ['//a///b', '/a/b'],
    ['/./a/.', '/a'],
    ['/%2e/a', '/a'],
    ['/a%2fb', '/a/b'],
    ['/a%3Fb', '/a?b'],
    ['http://host.example/a?b', '/a'],
    ['HTTPS://host.example', '/'],
    ['coap+tcp.x-1://host.example:1/a', '/a'],
    // No scheme begins with a digit, and none stands in the middle.
    ['/x/http://host.example/a', '/x/http:/host.example/a'],
    ['1http://host.example/a', '/1http:/host.example/a'],
    // Dots that lead nowhere.
    ['/...', '/...'],
    ['/..a', '/..a'],
    ['/a..', '/a..'],
    ['/a../b', '/a../b'],
    ['/.a', '/.a'],
    ['/.. a', '/.. a'],
    ['/x ..', '/x ..'],
  ])('%j means %j', ([target, path]) => {
    expect(readRequestPath(target)).toBe(path);
  });

  it.for([
    // Up, as some server reads it.
    '/..',
    '/../a',
    '/a/..',
    '/a/../b',
    '/%2e%2e',
    '/a/%2e%2e/b',
    '/a%2f..%2fb',
    '..',
    '/..;/a',
    '/..;x',
    '/..:x',
    '/a/..%3Fb',
    '/a/..%23',
    '/ ..',
    '/  ../a',
    '/.. ',
    '/..  /a',
    '/%20..%20',
    // Characters that end a path or part it elsewhere.
    '/a\\b',
    '/a%5Cb',
    '/a%00',
    '/a\0',
    // Escapes that are none.
    '/%',
    '/%4',
    '/%zz',
    '/%ff',
    '/%C3',
    '/%C3%28',
    // More accents on a letter than a text has.
    `/a${'\u0301'.repeat(31)}`,
  ])('%j has no single meaning', (target) => {
    expect(readRequestPath(target)).toBeUndefined();
  });

  it('may have 30 accents on a letter', () => {
    const path = `/a${'\u0301'.repeat(30)}`;
    expect(readRequestPath(path)).toBe(path);
  });
});

it('only GET and HEAD ask for files', () => {
  expect(readFilePath({ method: 'GET', path: '/a' })).toBe('/a');
  expect(readFilePath({ method: 'HEAD', path: '/a' })).toBe('/a');
  expect(readFilePath({ method: 'POST', path: '/a' })).toBeUndefined();
  expect(readFilePath({ method: 'GET', path: null })).toBeUndefined();
  expect(readFilePath({ method: 'GET', path: '/..' })).toBeUndefined();
});

describe('a target is protected', () => {
  const isProtected = (target: string): boolean => isProtectedTarget(target, ['/report/']);

  it.for([
    '/report/a',
    '/report',
    '/report/?x',
    '/%72eport/',
    '/%2572eport/',
    // However often it was encoded, up to five times.
    '/%2525252572eport/',
    'http://host.example/report/',
    '/other/%252e%252e/report/',
    '/other/..;/x',
    // A server that cuts a decoded segment at `;` or `:` also cuts where a line end follows.
    ...['%0A', '%0Ax', '%0D', '%E2%80%A8x'].flatMap((end) => [`/report%3B${end}`, `/report%3Ax${end}`]),
    '/%ff',
    `/a%25CC%2581${'%25CC%2581'.repeat(30)}`,
  ])('as %s', (target) => {
    expect(isProtected(target)).toBe(true);
  });

  it.for([
    '',
    '?/report/',
    '/',
    '/other/',
    '/reports/',
    '/other/report/',
    '/other?next=/report/',
    '/other#/report/',
    '/%25',
  ])('but not as %s', (target) => {
    expect(isProtected(target)).toBe(false);
  });

  it('decoded five times, and no more often: nobody does', () => {
    expect(isProtected('/%252525252572eport/')).toBe(false);
  });

  it('by no prefix, where there is none', () => {
    expect(isProtectedTarget('/report/', [])).toBe(false);
    expect(isProtectedTarget('/report/', ['/x/', '/report/'])).toBe(true);
  });
});

describe('under the prefix /plan', () => {
  it.for([
    // The page, by all its names.
    '/plan',
    '/plan/',
    '/plan.html',
    '/plan.htm',
    '/plan.xhtml',
    '/plan.txt',
    '/plan/index.html',
    '/plan/index.htm',
    '/plan/index.xhtml',
    '/plan/index.txt',
    // Its compressed files.
    '/plan.html.br',
    '/plan.html.gz',
    '/plan.html.zst',
    '/plan.htm.gz',
    '/plan/index.html.gz',
    '/plan.gz',
    // What lies in the folder.
    '/plan/a',
    '/plan/a.svg',
    '/plan//a',
    '/plan/./a',
    '/x/../plan/a',
    // As file systems spell it.
    '/PLAN',
    '/Plan.HTML',
    '/plan.',
    '/plan. . ',
    '/plan /a',
    '/plan./a',
    '/plan::$DATA',
    '/plan:stream/a',
    '/plan;jsessionid=1',
    '/plan;x/a',
    '/plan?x',
    '/plan#x',
    '\\plan',
    '/plan\\a',
    '/ｐｌａｎ',
    '/plan.html;x',
  ])('lies %j', (path) => {
    expect(isUnder(path, ['/plan'])).toBe(true);
    expect(isUnder(path, ['/PLAN/index.html'])).toBe(true);
  });

  it.for([
    '/',
    '/pla',
    '/plans',
    '/plan-b',
    '/a/plan',
    '/planhtml',
    '/plan.svg',
    '/plan.html5',
    '/plan.htmlx',

    '/plan.gzip',
    '/plan.br.old',
    '/plan.gz.html',
    '/planbr',
    '/plan.text',
    '/indexplan',
    '/plan..a',
    '/plan.a/',
    '/ plan',
    '/.plan',
    '/planindex.html',
    '/x/../plans',
    '/plan/../other',
    '/plan/index.html/../../x',
    '/plan.html/../x',
  ])('does not lie %j', (path) => {
    expect(isUnder(path, ['/plan'])).toBe(false);
  });

  it('accents count as the letters that they are on, however they are written', () => {
    expect(isUnder('/u\u0308ber/x', ['/über/'])).toBe(true);
    expect(isUnder('/\u00dcBER/x', ['/u\u0308ber'])).toBe(true);
    expect(isUnder('/stra\u00dfe', ['/STRASSE'])).toBe(true);
    expect(isUnder('/uber/x', ['/über/'])).toBe(false);
  });

  it('a folder whose name ends like a file is only itself', () => {
    expect(isUnder('/plan.html/a', ['/plan'])).toBe(false);
    expect(isUnder('/index.html', ['/'])).toBe(true);
    expect(isUnder('/anything', ['/index.html'])).toBe(true);
  });
});
