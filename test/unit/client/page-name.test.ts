// The name of a page in the record.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { normalizeOptions } from '../../../client/options.ts';
import { readPageName } from '../../../client/page-name.ts';
import { toPageName } from '../../../server/deliveries/page-name.ts';

const { pageFrom } = normalizeOptions();

beforeEach(() => vi.stubGlobal('location', new URL('https://example.com/a/b?token=secret&tab=2#part')));
afterEach(() => vi.unstubAllGlobals());

it('is the path alone: no query, no fragment', () => {
  expect(readPageName(pageFrom)).toBe('/a/b');
});

it('is what pageFrom says, and only that much of the query', () => {
  const options = normalizeOptions({
    pageFrom: ({ pathname, search }) => `${pathname}?tab=${new URLSearchParams(search).get('tab')}`,
  });
  expect(readPageName(options.pageFrom)).toBe('/a/b?tab=2');
});

it('is the path if pageFrom fails or returns no path', () => {
  const fail = (): string => {
    throw new Error('a mistake of the host page');
  };
  for (const mistaken of [fail, () => 'overview', () => '', () => undefined as unknown as string])
    expect(readPageName(mistaken)).toBe('/a/b');
});

describe('a name that the server would refuse', () => {
  const at = (href: string): string => {
    vi.stubGlobal('location', new URL(href));
    return readPageName(pageFrom);
  };
  const named = (name: string): string => readPageName(() => name);

  it('begins with a slash, even in documents whose address has no path', () => {
    expect(at('about:srcdoc')).toBe('/srcdoc');
    expect(at('blob:https://example.com/4b1e')).toBe('/https://example.com/4b1e');
  });

  it('is cut to 8,000 characters; the server drops an incomplete encoded character at the end', () => {
    const long = at(`https://example.com/report/${encodeURIComponent('資料と報告書😀'.repeat(200))}`);
    expect(long.length).toBe(8_000);
    for (let cut = 0; cut < 30; cut++) {
      const page = named(`/${'x'.repeat(cut)}${encodeURIComponent('é資😀'.repeat(600))}`);
      expect(page.length).toBe(8_000);
      expect(toPageName(page)).toMatch(/^\/x*(?:é資😀)+é?資?$/u);
    }
    expect(named(`/${'😀'.repeat(5_000)}`).isWellFormed()).toBe(true);
  });

  it('has no control characters, bidirectional controls or unpaired surrogates', () => {
    for (const refused of ['\u0000', '\u001b[31m', '\u0085', '\u202e', '\u2066', '\ud83d', '\ude00x']) {
      const page = named(`/a${refused}/b`);
      expect(page).toMatch(/^\/a\ufffd.*\/b$/u);
      expect(page).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_C}]/u);
    }
    expect(named('/देवनागरी/می‌خواهم/👩‍👩‍👧')).toBe('/देवनागरी/می‌خواهم/👩‍👩‍👧');
  });
});
