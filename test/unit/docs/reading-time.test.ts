// The specification of reading time names a test for each of its sentences. Tests are renamed, too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../docs/internals');
const page = readFileSync(join(FOLDER, 'reading-time.md'), 'utf8');

/** `[name]: path`, at the end of the page. */
const files = new Map(Array.from(page.matchAll(/^\[([\w-]+)\]: (\S+)$/gm), ([, name, path]) => [name, path] as const));

/** `[name] "title", "beginning of a title …"` */
const references = [...page.replaceAll(/\s+/g, ' ').matchAll(/\[([\w-]+)\]((?:,? "[^"]+")+)/g)].flatMap(
  ([, name = '', titles = '']) => [...titles.matchAll(/"([^"]+?)(?: …)?"/g)].map(([, title = '']) => ({ name, title })),
);

it('the specification of reading time names tests that exist', () => {
  const isThere = ({ name, title }: (typeof references)[number]): boolean => {
    const path = files.get(name);
    return path !== undefined && readFileSync(join(FOLDER, path), 'utf8').includes(title);
  };
  expect(references.length).toBeGreaterThan(50);
  expect(references.filter((reference) => !isThere(reference))).toEqual([]);
});
