// One name for a page, whatever its address looks like on a device.
import { describe, expect, it } from 'vitest';
import { isHarmfulName, MAX_NAME_LENGTH, toPageName } from '../../../../server/deliveries/page-name.ts';
import { pageKey } from '../../../../server/store/page-key.ts';
import { MAX_PAGE_CHARS } from '../../../../sw/protocol/delivery.ts';

describe('the name of a page', () => {
  it.for<[string, string]>([
    ['/', '/'],
    ['/report/', '/report/'],
    ["/a-b_c.d~e!$&'()*+,;=:@", "/a-b_c.d~e!$&'()*+,;=:@"],
    // The file of a folder, and only at the end of the path.
    ['/index.html', '/'],
    ['/report/index.html', '/report/'],
    ['/report/INDEX.HTM', '/report/'],
    ['/report/index.xhtml', '/report/'],
    ['/report/index.html/a', '/report/index.html/a'],
    ['/report/index.htmlx', '/report/index.htmlx'],
    ['/report/index.php', '/report/index.php'],
    ['/report/index.htm?a', '/report/?a'],
    ['/report/reindex.html', '/report/reindex.html'],
    // Query and fragment are kept as they are.
    ['/a?b=%C3%A4#%C3%A4', '/a?b=%C3%A4#%C3%A4'],
    ['/a#b?c', '/a#b?c'],
    ['/a?b//c', '/a?b//c'],
    ['/a?\n', '/a?\n'],
    // Doubled slashes.
    ['//a//b///', '/a/b/'],
    // Escapes of one, two, three and four bytes.
    ['/%41', '/A'],
    ['/%7f', '/%7f'],
    ['/%C2%A1', '/¡'],
    ['/%c3%a4%C3%B6', '/äö'],
    ['/%E0%A4%85', '/अ'],
    ['/%E4%BD%A0', '/你'],
    ['/%EF%BC%81', '/！'],
    ['/%F0%90%8D%88', '/\u{10348}'],
    ['/%F0%9F%98%80', '/😀'],
    // Beside broken ones each character that can be read is.
    ['/%ff%C3%A4', '/%ffä'],
    ['/%C3%A4%ff', '/ä%ff'],
    ['/%41%80%42', '/A%80B'],
    ['/%C3%41', '/%C3A'],
    ['/%C2%A1%C3', '/¡%C3'],
    ['/%E0%A4%85%E0%A4', '/अ%E0%A4'],
    ['/%E4%BD%41', '/%E4%BDA'],
    ['/%F0%9F%98%80%F0%9F%98', '/😀%F0%9F%98'],
    ['/%ff%F0%9F%98%80', '/%ff😀'],
    ['/%ff%E4%BD%A0', '/%ff你'],
    ['/%C0%AF', '/%C0%AF'],
    ['/%C1%81%41', '/%C1%81A'],
    ['/%F8%88%80%80%80', '/%F8%88%80%80%80'],
    ['/%ED%A0%80', '/%ED%A0%80'],
    ['/%4', '/%4'],
    ['/100%', '/100%'],
    // What would be read as something else stays encoded, and what is beside it does not.
    ['/%2F%3F%23%25%5C', '/%2F%3F%23%25%5C'],
    ['/%41%2F%42', '/A%2FB'],
    ['/%C3%A4%2f', '/ä%2f'],
    ['/%00%1b%C2%85', '/%00%1b%C2%85'],
    ['/%E2%80%AEexe', '/%E2%80%AEexe'],
    // Accents are composed, in the path.
    ['/u%CC%88', '/ü'],
    ['/u\u0308?u\u0308', '/ü?u\u0308'],
  ])('of %j is %j', ([address, name]) => {
    expect(toPageName(address)).toBe(name);
  });

  it('has accents composed up to 30 on a letter', () => {
    const accents = '\u0323'.repeat(29);
    expect(toPageName(`/u\u0308${accents}`)).toBe(`/u\u0308${accents}`.normalize('NFC'));
    const more = `/u\u0308${'\u0323'.repeat(30)}`;
    expect(toPageName(more)).toBe(more);
  });

  it('has 2,000 characters at most, and no half of one', () => {
    const longest = `/${'x'.repeat(MAX_NAME_LENGTH - 1)}`;
    expect(toPageName(longest)).toBe(longest);
    expect(toPageName(`${longest}x`)).toBe(longest);
    expect(toPageName(`/${'x'.repeat(MAX_NAME_LENGTH - 2)}%F0%9F%98%80`)).toBe(`/${'x'.repeat(MAX_NAME_LENGTH - 2)}`);
    expect(toPageName(`/${'x'.repeat(MAX_NAME_LENGTH - 3)}%F0%9F%98%80`)).toBe(`/${'x'.repeat(MAX_NAME_LENGTH - 3)}😀`);
    expect(toPageName(`/${'%E4%BD%A0'.repeat(3_000)}`)).toBe(`/${'你'.repeat(MAX_NAME_LENGTH - 1)}`);
  });

  it('is cut before it is looked at when no name can be so long', () => {
    const slashes = '/'.repeat(9 * MAX_NAME_LENGTH);
    expect(toPageName(`${slashes}x`)).toBe('/');
    expect(toPageName(`${slashes.slice(1)}x`)).toBe('/x');
  });

  it.for(['%', '%C', '%C3', '%E4%B', '%E4%BD', '%E4%BD%', '%E4%BD%A', '%F0%9F', '%F0%9F%98', '%F0%9F%98%8', '%F0'])(
    'of an address that the device has cut in the middle of a character ends before it: %s',
    (begun) => {
      const padded = (length: number): string => `/${'/'.repeat(length - begun.length - 2)}x${begun}`;
      // As long as a device makes an address: it was cut.
      expect(toPageName(padded(MAX_PAGE_CHARS))).toBe('/x');
      expect(toPageName(padded(MAX_PAGE_CHARS + 1))).toBe('/x');
      // Shorter ones were not.
      expect(toPageName(padded(MAX_PAGE_CHARS - 1))).toBe(`/x${begun}`);
    },
  );

  it.for(['%41', '%7E', 'y'])('of an address that was cut after an ASCII character has it: %s', (whole) => {
    const address = `/${'/'.repeat(MAX_PAGE_CHARS - whole.length - 2)}x${whole}`;
    expect(toPageName(address)).toBe(`/x${decodeURIComponent(whole)}`);
  });
});

describe('a name', () => {
  it.for(['/\0', '/a\u001b[2J', '/\u202e', '/?\u0007', '/lone\ud800'])('is harmful as %j', (name) => {
    expect(isHarmfulName(name)).toBe(true);
  });

  it.for(['/', '/a', '/%00', '/ä', '/a?b', '/.a', '/a b'])('is harmless as %j', (name) => {
    expect(isHarmfulName(name)).toBe(false);
  });
});

describe('names of one page', () => {
  it.for([
    ['/a', '/a/', '/a.html', '/a.htm', '/a.xhtml', '/a/index.html', '/a/index.htm', '/a/index.xhtml', '/A.HTML'],
    ['/', '/index.html', '/index.xhtml'],
    ['/a?b', '/a/?b', '/a.html?b'],
    ['/a#b', '/a/index.html#b'],
  ])('have one key: %j', (names) => {
    const keys = names.map((name) => pageKey(name).toLowerCase());
    expect(new Set(keys).size).toBe(1);
  });

  it.for([
    ['/a', '/b'],
    ['/a', '/a/b'],
    ['/a', '/a.htmlx'],
    ['/a', '/a.html/b'],
    ['/a/b', '/a.html/b'],
    ['/a', '/a?b'],
    ['/a?b', '/a?c'],
    ['/a/index', '/a'],
    ['/a.txt', '/a'],
    ['/aindex.html', '/a'],
    ['/a', '/a//'],
  ] as const)('are not %s and %s', ([one, other]) => {
    expect(pageKey(one)).not.toBe(pageKey(other));
  });

  it('are known by a key that is an address of the page', () => {
    expect(pageKey('/a/index.html?b#c')).toBe('/a/?b#c');
    expect(pageKey('/')).toBe('/');
  });
});
