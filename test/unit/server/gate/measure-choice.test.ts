// Whether a reader is measured, by the form and by the browser's signal.
import type { Context } from 'koa';
import { expect, it } from 'vitest';
import { readIsMeasured } from '../../../../server/gate/measure-choice.ts';

let varied: string[];
/** @param gpc the value of Sec-GPC; empty: the browser doesn't send it. */
function request(gpc: string): Context {
  varied = [];
  const ctx = { vary: (name: string) => varied.push(name), get: (name: string) => (name === 'sec-gpc' ? gpc : '1') };
  return ctx as unknown as Context;
}

const CHOICE = { choice: '1' };
it.for([
  ['offered, and not made', CHOICE, '', true],
  ['offered, and not made against the signal', CHOICE, '1', true],
  ['made', { ...CHOICE, unmeasured: '1' }, '', false],
  ['made by a program', { unmeasured: '1' }, '', false],
  ['not offered', {}, '', true],
  ['not offered, with the signal', {}, '1', false],
  ['not offered, with something like the signal', {}, '0', true],
] as const)('where the choice was %s, it is %o with Sec-GPC "%s": %s', ([, fields, gpc, expected]) => {
  expect(readIsMeasured(request(gpc), fields, true)).toBe(expected);
  expect(varied).toEqual('choice' in fields || 'unmeasured' in fields ? [] : ['Sec-GPC']);
});

it('each reader is measured where the owner offers no choice', () => {
  for (const fields of [{}, CHOICE, { unmeasured: '1' }]) {
    expect(readIsMeasured(request('1'), fields)).toBe(true);
    expect(readIsMeasured(request('1'), fields, false)).toBe(true);
    expect(varied).toEqual([]);
  }
});
