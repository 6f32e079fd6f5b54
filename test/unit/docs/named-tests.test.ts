// Pages that name the tests of their sentences: the specification of reading time, and the page on privacy. Tests are renamed, too.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '../../..');

interface Reference {
  readonly name: string;
  readonly title: string;
}

/** `[name]: path`, at the end of the page. */
const readFiles = (page: string): ReadonlyMap<string, string> =>
  new Map(Array.from(page.matchAll(/^\[([\w-]+)\]: (\S+)$/gm), ([, name = '', path = '']) => [name, path]));

/** `[name] "title", "beginning of a title …"` */
const readReferences = (page: string): readonly Reference[] =>
  [...page.replaceAll(/\s+/g, ' ').matchAll(/\[([\w-]+)\]((?:,? "[^"]+")+)/g)].flatMap(([, name = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+?)(?: …)?"/g)].map(([, title = '']) => ({ name, title })),
  );

it.for([
  ['docs/internals/reading-time.md', 50],
  ['docs/privacy.md', 30],
] as const)('%s names tests that exist', ([path, least]) => {
  const page = readFileSync(join(PROJECT, path), 'utf8');
  const files = readFiles(page);
  const references = readReferences(page);
  const isThere = ({ name, title }: Reference): boolean => {
    const file = files.get(name);
    return file !== undefined && readFileSync(join(PROJECT, dirname(path), file), 'utf8').includes(title);
  };
  expect(references.length).toBeGreaterThan(least);
  expect(references.filter((reference) => !isThere(reference))).toEqual([]);
  // No test is left over either.
  const named = new Set(references.map(({ name }) => name));
  expect([...files.keys()].filter((name) => !named.has(name))).toEqual([]);
});

it.for([
  ['docs/privacy.md', 20],
  ['SECURITY.md', 80],
] as const)('the sources and tests that %s names exist', ([path, least]) => {
  const page = readFileSync(join(PROJECT, path), 'utf8');
  const named = Array.from(page.matchAll(/`((?:client|sw|server|test)\/[\w./-]+\.ts)`/g), ([, file = '']) => file);
  expect(named.length).toBeGreaterThan(least);
  expect(named.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
});

it('each item of ASVS in SECURITY.md is kept by a file or a page and tested by one, or says why not', () => {
  const page = readFileSync(join(PROJECT, 'SECURITY.md'), 'utf8');
  const rows = Array.from(page.matchAll(/^\| (\d+\.\d+\.\d+[\d., ]*?) *\|[^|]*\|([^|]*)\|([^|]*)\|$/gm));
  expect(rows.length).toBeGreaterThan(60);
  const isExplained = ([, , kept = '', tested = '']: RegExpExecArray): boolean =>
    kept.startsWith(' no: ') ? tested.trim() === '' : tested.includes('`test/');
  expect(rows.filter((row) => !isExplained(row)).map(([, items]) => items)).toEqual([]);
});
