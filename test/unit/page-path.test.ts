// The name of a page in the record.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { normalizeOptions } from '../../client/options.ts';
import { readPage } from '../../client/page-path.ts';

const { pageFrom } = normalizeOptions();

beforeEach(() => vi.stubGlobal('location', new URL('https://example.com/a/b?token=secret&tab=2#part')));
afterEach(() => vi.unstubAllGlobals());

it('is the path alone: no query, no fragment', () => {
  expect(readPage(pageFrom)).toBe('/a/b');
});

it('is what pageFrom says, and only that much of the query', () => {
  const options = normalizeOptions({
    pageFrom: ({ pathname, search }) => `${pathname}?tab=${new URLSearchParams(search).get('tab')}`,
  });
  expect(readPage(options.pageFrom)).toBe('/a/b?tab=2');
});

it('is the path where pageFrom fails, or says what is no path', () => {
  const fail = (): string => {
    throw new Error('a mistake of the host page');
  };
  for (const mistaken of [fail, () => 'overview', () => '', () => undefined as unknown as string])
    expect(readPage(mistaken)).toBe('/a/b');
});
