// Where a reader can go who doesn't want to pass the gate.
import type { Context } from 'koa';
import { expect, it } from 'vitest';
import { createWayBack } from '../../../../server/gate/way-back.ts';

const CLOSED = ['/plan/', '/access'];
const from = (referer: string): Context =>
  ({ host: 'site.example', get: (name: string) => (name === 'referer' ? referer : '') }) as unknown as Context;
const HOME = { path: '/', isHome: true };

it.for([
  ['http://site.example/about/?x=1#y', '', { path: '/about/?x=1', isHome: false }],
  ['http://site.example/', '', { path: '/', isHome: false }],
  ['http://site.example/plan/', '', HOME],
  ['http://site.example/access?next=/', '', HOME],
  ['http://elsewhere.example/about/', '', HOME],
  ['', '', HOME],
  ['no address', '', HOME],
  ['http://site.example/work/about/', '/work', { path: '/about/', isHome: false }],
] as const)('from %s, with the site under "%s", it is %o', ([referer, base, way]) => {
  expect(createWayBack(CLOSED, base, undefined)(from(referer))).toEqual(way);
});

it('is what the form carries, since the gate is the referrer then', () => {
  const find = createWayBack(CLOSED, '', undefined);
  expect(find(from('http://site.example/access'), '/about/')).toEqual({ path: '/about/', isHome: false });
  expect(find(from('http://site.example/about/'), '/plan/')).toEqual(HOME);
});

it('is told by the address that readers see, where that is known', () => {
  const find = createWayBack(CLOSED, '', new URL('https://www.site.example'));
  expect(find(from('https://www.site.example/about/'))).toEqual({ path: '/about/', isHome: false });
  expect(find(from('http://site.example/about/'))).toEqual(HOME);
});

it('is none where the whole site is behind the gate', () => {
  expect(createWayBack(['/'], '', undefined)(from('http://site.example/about/'))).toBeUndefined();
});
