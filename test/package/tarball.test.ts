// What `npm pack` puts into the tarball.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packedTarball } from '../helpers/packed.ts';
import { readDoors, type Doors } from './entries.ts';

let unpacked = '';
let files: readonly string[] = [];
let exported: Doors = [];

beforeAll(() => {
  unpacked = mkdtempSync(join(tmpdir(), 'stillhere-tarball-'));
  const listed = execFileSync('tar', ['xvzf', packedTarball(), '-C', unpacked], { encoding: 'utf8' });
  files = listed
    .trim()
    .split('\n')
    .map((file) => file.replace(/^package\//, ''));
  exported = readDoors(join(unpacked, 'package'));
});

afterAll(() => rmSync(unpacked, { recursive: true, force: true }));

test('holds what is built, and no source but the component that Astro compiles', () => {
  const expected = [
    /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|server\/bin\.js|client\/integrations\/SessionHeartbeat\.astro)$/,
    /^dist\/[\w-]+\.js(\.map|\.gz)?$/,
    /^dist\/package\/[\w-]+\.js(\.map)?$/,
    /^dist\/(server|sw)\/[\w/-]+\.(js|css|html|json)$/,
    /^dist\/types\/[\w-]+\.d\.ts$/,
    /^dist\/package\/[a-z]+\.licenses\.md$/,
  ];
  expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([]);
  for (const [, target] of exported)
    for (const path of typeof target === 'string' ? [target] : Object.values(target))
      expect(files).toContain(path.slice('./'.length));
});

test('tells nothing of the machine that it was made on', () => {
  const home = join(import.meta.dirname, '../..');
  expect(files.filter((file) => /\.(js|map|ts)$/.test(file) && readText(file).includes(home))).toEqual([]);
});

test("has maps with our sources for a site's bundler, and positions in what the server gives out", () => {
  // The server's own code reads as its sources do; two workers have in them what sw.js has; the
  // positions of the inspector (17 kB) and of the owner's pages (13 kB) are for who has the repository.
  const ours = files.filter((file) =>
    /^dist\/(package\/)?(?!no-sw|stillhere-inspector|stillhere-own|stillhere-sw)[\w-]+\.js$/.test(file),
  );
  for (const file of ours.filter((path) => !isReExport(path))) {
    const map = JSON.parse(readText(`${file}.map`)) as { sources: string[]; sourcesContent?: (string | null)[] };
    expect(map.sources.length, file).toBeGreaterThan(0);
    if (file.startsWith('dist/package/'))
      map.sources.forEach((source, at) => {
        if (!source.includes('node_modules')) expect(map.sourcesContent?.[at], source).toMatch(/\w/);
      });
  }
});

test('declares what each door gives in a file of its own', () => {
  for (const [door, target] of exported)
    if (typeof target !== 'string') {
      const types = readText(target.types);
      expect(types, door).toMatch(/^export /m);
      expect(types, door).not.toMatch(/\b(from|import)\b[ (]*['"]\./);
    }
});

test.each([
  './dist/package/index.js',
  './dist/package/element.js',
  './dist/package/sw.js',
  './dist/package/astro-client.js',
])('reaches nothing of the server, and no other package, from %s', (entry) => {
  const reached = new Set<string>();
  const reach = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const code = readText(path);
    expect(code).not.toContain('process.env');
    for (const [, specifier = ''] of code.matchAll(/(?:\bfrom|\bimport\(?)\s*["'`]([^"'`]+)["'`]/g))
      // The integration names its own door in the line that it puts into pages.
      if (!specifier.startsWith('stillhere/')) reach(join(dirname(path), specifier));
  };
  reach(entry);
  if (!entry.endsWith('sw.js')) expect(reached).toContain('dist/package/heartbeat.js');
  for (const path of reached) expect(join(path)).toMatch(/^dist\/package\/[\w-]+\.js$/);
});

function readText(path: string): string {
  return readFileSync(join(unpacked, 'package', path), 'utf8');
}

/** Such a file has nothing that a map could show. */
function isReExport(file: string): boolean {
  return readText(file)
    .split('\n')
    .every((line) => /^((import|export)\b[^;]*;)*$/.test(line));
}
