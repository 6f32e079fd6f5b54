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

it('the sources that docs/privacy.md names exist', () => {
  const page = readFileSync(join(PROJECT, 'docs/privacy.md'), 'utf8');
  const sources = Array.from(page.matchAll(/`((?:client|sw|server)\/[\w/-]+\.ts)`/g), ([, source = '']) => source);
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter((source) => !existsSync(join(PROJECT, source)))).toEqual([]);
});
