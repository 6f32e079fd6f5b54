// Which files of a built Astro site would be public although they lie behind the gate.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { describeOpenFiles, listOpenFiles } from '../../../../server/site/astro-open-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillhere-built-'));
afterAll(() => rmSync(folder, { recursive: true }));

const route = (entrypoint: string, patternRegex: RegExp, isPrerendered = true) => ({
  entrypoint,
  pattern: '',
  patternRegex,
  isPrerendered,
});

it('names the page of each prerendered file, in each of the ways that Astro names files', async () => {
  for (const file of [
    'index.html',
    'report/index.html',
    'report/may.html',
    'report/data.json',
    'report/plan.pdf',
    'Report/June/index.html',
    'reports/index.html',
    '_astro/plan.abc.webp',
  ]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  const routes = [
    route('src/pages/index.astro', /^\/$/),
    route('src/pages/report/index.astro', /^\/report\/?$/),
    route('src/pages/report/[month].astro', /^\/report\/([^/]+?)\/?$/, false),
    route('src/pages/report/may.astro', /^\/report\/may$/),
    route('src/pages/report/data.json.ts', /^\/report\/data\.json$/),
    route('src/pages/Report/June.astro', /^\/Report\/June\/$/),
  ];
  expect(await listOpenFiles(pathToFileURL(`${folder}/`), ['/report/'], routes)).toEqual([
    { path: '/Report/June/', source: 'src/pages/Report/June.astro' },
    { path: '/report/data.json', source: 'src/pages/report/data.json.ts' },
    { path: '/report/', source: 'src/pages/report/index.astro' },
    { path: '/report/may', source: 'src/pages/report/may.astro' },
    { path: '/report/plan.pdf', source: undefined },
  ]);
});

describe('what is said of open files', () => {
  const page = { path: '/report/', source: 'src/pages/report/index.astro' };
  const file = { path: '/report/plan.pdf', source: undefined };

  it('is a problem for pages, whoever serves them', () => {
    for (const isMiddleware of [true, false]) {
      const { problem, note } = describeOpenFiles([page, file], isMiddleware);
      expect(problem).toContain('  /report/ (src/pages/report/index.astro)\n');
      expect(problem).not.toContain('plan.pdf');
      expect(note).toBeUndefined();
    }
  });

  it("is a problem for files of public/ only where Astro's server doesn't give them out", () => {
    expect(describeOpenFiles([file], true).problem).toContain('  /report/plan.pdf\n');
    expect(describeOpenFiles([file], false).note).toContain('  /report/plan.pdf');
    expect(describeOpenFiles([], true)).toEqual({});
  });

  it('names some of many', () => {
    const files = Array.from({ length: 30 }, (_, at) => ({ path: `/report/${at}.pdf`, source: undefined }));
    expect(describeOpenFiles(files, false).note?.split('\n').slice(-2)).toEqual(['  /report/9.pdf', '  and 20 more']);
  });
});
