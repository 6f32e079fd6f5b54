// Comments and the internals docs name source files. A move renames files, and no compiler notices what a comment says.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const SOURCE_FOLDERS = '{client,sw,server,build,test}';

/** Paths from the root of the repository, with forward slashes. */
function list(pattern: string): readonly string[] {
  const exclude = ['**/node_modules/**', '**/dist/**'];
  return globSync(pattern, { cwd: ROOT, exclude }).map((path) => path.replaceAll('\\', '/'));
}

const sources = [...list(`${SOURCE_FOLDERS}/**/*.ts`), ...list('*.ts'), ...list('.*.ts')];
const names = new Set(sources.map((path) => basename(path)));

/** Prettier puts each comment on lines of its own, or after code and a space. */
function readComments(source: string): readonly string[] {
  return source.split('\n').flatMap((line) => /^\s*(?:\/\/|\/\*|\*|<!--).*|\s\/\/ .*/.exec(line)?.[0] ?? []);
}

const REFERENCE = /(?<![\w@.*/{}…-])(?:[\w.-][\w./-]*\.ts|docs\/[\w./-]+\.md)(?![\w-])/g;

/** File names and paths that end in `.ts`, and pages under `docs/`. URLs and patterns (`*.ts`) are no references. */
function findReferences(line: string): readonly string[] {
  return line.replaceAll(/\bhttps?:\S+/g, '').match(REFERENCE) ?? [];
}

/**
 * A bare name is a source file of that name. A path starts at the root, in the folder of the file that names it, in one of
 * the folders above a source file (`nocodb/client.ts`), or with the name of an installed package.
 */
function exists(reference: string, from: string): boolean {
  if (!reference.includes('/')) return names.has(reference);
  const candidates = [reference, join(dirname(from), reference), join('node_modules', reference)];
  return (
    sources.some((path) => path.endsWith(`/${reference}`)) ||
    candidates.some((candidate) => existsSync(join(ROOT, candidate)))
  );
}

function findStale(file: string, read: (text: string) => readonly string[]): readonly string[] {
  const stale = read(readFileSync(join(ROOT, file), 'utf8'))
    .flatMap(findReferences)
    .filter((reference) => !exists(reference, file));
  return stale.map((reference) => `${file}: ${reference}`);
}

describe('each source file mentioned', () => {
  it('in a comment exists, and so does each page of the docs', () => {
    const files = list(`${SOURCE_FOLDERS}/**/*.{ts,js,mjs,astro}`);
    expect(files.flatMap((file) => findStale(file, readComments))).toEqual([]);
  });

  it('in docs/internals exists', () => {
    const files = list('docs/internals/**/*.md');
    expect(files.flatMap((file) => findStale(file, (text) => text.split('\n')))).toEqual([]);
  });
});
