// Where the gate may lead.
import { describe, expect, it } from 'vitest';
import { readNextPath } from '../../../../server/gate/next-path.ts';

describe('the way back', () => {
  it.for([
    ['/', '/'],
    ['/a/b?c=d#e', '/a/b?c=d#e'],
    ['/a/../b', '/b'],
    ['/ä', '/%C3%A4'],
    ['/%2F%2Fhost.example', '/%2F%2Fhost.example'],
  ] as const)('%j leads to %j', ([next, path]) => {
    expect(readNextPath(next)).toBe(path);
  });

  it.for([
    undefined,
    '',
    'a',
    '?a',
    '#a',
    ' /a',
    'https://host.example/',
    'javascript:alert(1)',
    '//host.example',
    '/\\host.example',
    '/.//host.example',
    '/x/..//host.example',
    '/\t/host.example',
    '//',
    '//[',
    // The site that paths are resolved against is nobody's.
    'http://site.invalid/a',
  ])('%j leads nowhere', (next) => {
    expect(readNextPath(next)).toBeUndefined();
  });

  it.for([
    ['/work/a?b#c', '/a?b#c'],
    ['/work', '/'],
    ['/work?a', '/?a'],
    ['/a', '/a'],
    ['/works', '/works'],
  ] as const)('%j leads to %j of a site under /work', ([next, path]) => {
    expect(readNextPath(next, '/work')).toBe(path);
  });

  it.for(['/work//host.example', '/work/\\host.example', '/work/.//host.example', undefined, 'work'])(
    '%j leads nowhere on a site under /work',
    (next) => {
      expect(readNextPath(next, '/work')).toBeUndefined();
    },
  );
});
