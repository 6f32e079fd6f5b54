// The query of a request, by the names that are asked for.
import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../../server/http/http-error.ts';
import { readKnownQuery, readQuery } from '../../../../server/http/query.ts';

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

describe('a query of which all is known', () => {
  const readKnown = (querystring: string, names: readonly string[] = ['from', 'to']): unknown =>
    readKnownQuery({ querystring } as Context, names);
  const errorOf = (querystring: string, names?: readonly string[]): unknown => {
    try {
      return readKnown(querystring, names);
    } catch (error) {
      return error;
    }
  };

  it('has its values like any other parameter', () => {
    expect(readKnown('to=2&from=1&from=3')).toStrictEqual({ from: ['1', '3'], to: '2' });
    expect(readKnown('')).toStrictEqual({});
    expect(readKnown('', [])).toStrictEqual({});
  });

  it.for<[string, readonly string[] | undefined, string]>([
    ['from=1&form=2', undefined, 'form: must be one of from, to'],
    ['__proto__=1', undefined, '__proto__: must be one of from, to'],
    ['a=1', [], 'a: must be left out, as all parameters'],
    [`${'x'.repeat(41)}=1`, undefined, `${'x'.repeat(40)}: must be one of from, to`],
  ])('is refused as %j of %j', ([querystring, names, message]) => {
    const error = errorOf(querystring, names);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status: 400, message });
  });
});
