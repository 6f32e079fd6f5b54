// The query of a request, by the names that are asked for.
import type { Context } from 'koa';
import { expect, it } from 'vitest';
import { readQuery } from '../../../../server/http/query.ts';

const read = (querystring: string): unknown => readQuery({ querystring } as Context, ['next', 'entered']);

it.for<[string, unknown]>([
  ['', {}],
  ['other=1', {}],
  ['next=%2Fa%3Fb&other=1', { next: '/a?b' }],
  ['next=', { next: '' }],
  ['entered=1&next=2', { next: '2', entered: '1' }],
  ['next=1&next=2&next=3', { next: ['1', '2', '3'] }],
  ['next=1&next=', { next: ['1', ''] }],
  ['%6Eext=1', { next: '1' }],
])('of %j is %j', ([querystring, values]) => {
  expect(read(querystring)).toStrictEqual(values);
});
