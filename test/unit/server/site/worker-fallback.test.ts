// Which addresses the workers of Angular and Workbox answer from what they keep. The texts are as the tools write them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findTakenPaths } from '../../../../server/site/worker-fallback.ts';

const PATHS = ['/report/', '/access', '/owner'];

async function taken(files: Readonly<Record<string, string>>, paths = PATHS): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-fallback-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  const found = findTakenPaths(folder, ['/w.js'], paths);
  expect(found.map(({ worker }) => worker)).toEqual(found.length > 0 ? ['/w.js'] : []);
  return found.flatMap((one) => one.paths);
}

describe("Angular's worker", () => {
  const WORKER = 'newRequest("ngsw.json?ngsw-cache-bust=" + Math.random())';
  const ALL = { positive: true, regex: String.raw`^\/.*$` };
  const NO_FILES = { positive: false, regex: String.raw`^\/(?:.+\/)?[^/]*\.[^/]*$` };
  const without = (path: string) => ({ positive: false, regex: String.raw`^\/${path}$` });
  const listed = (...navigationUrls: readonly unknown[]) => ({
    'w.js': WORKER,
    'ngsw.json': JSON.stringify({ navigationUrls, navigationRequestStrategy: 'performance' }),
  });

  it('takes every address as it comes', async () => {
    expect(await taken(listed(ALL, NO_FILES))).toEqual(PATHS);
  });

  it('takes what is not excluded', async () => {
    expect(await taken(listed(ALL, NO_FILES, without(String.raw`report\/.*`)))).toEqual(['/access', '/owner']);
    expect(await taken(listed({ positive: true, regex: String.raw`^\/app\/.*$` }))).toEqual([]);
  });

  it('takes addresses under its own base only', async () => {
    const list = listed({ positive: true, regex: String.raw`^\/work\/.*$` });
    expect(await taken(list, ['/work/report/'])).toEqual(['/work/report/']);
    expect(await taken(list)).toEqual([]);
  });

  it('takes nothing if it asks the network first, and without a list that can be read', async () => {
    const [text] = [JSON.stringify({ navigationUrls: [ALL], navigationRequestStrategy: 'freshness' })];
    expect(await taken({ 'w.js': WORKER, 'ngsw.json': text })).toEqual([]);
    for (const wrong of ['{', '[]', '{"navigationUrls":[{"positive":true,"regex":"("}]}'])
      expect(await taken({ 'w.js': WORKER, 'ngsw.json': wrong })).toEqual([]);
    expect(await taken({ 'w.js': WORKER })).toEqual([]);
  });
});

describe("Workbox's navigateFallback", () => {
  const worker = (lists: string) => ({
    'w.js': `e.registerRoute(new e.NavigationRoute(e.createHandlerBoundToURL("index.html")${lists}))`,
  });

  it('takes every address', async () => {
    expect(await taken(worker(''))).toEqual(PATHS);
  });

  it('takes what is not on its denylist', async () => {
    const list = String.raw`,{denylist:[/^\/[rR]eport[/]/,/^\/ACCESS/i]}`;
    expect(await taken(worker(list))).toEqual(['/owner']);
    expect(await taken(worker(list.replace(':', ': ').replace(',/', ', /')))).toEqual(['/owner']);
  });

  it('takes only what is on its allowlist', async () => {
    expect(await taken(worker(String.raw`,{allowlist:[/^\/owner/]}`))).toEqual(['/owner']);
  });

  it('is not meant by the code that could do it', async () => {
    expect(await taken({ 'w.js': 'class A{createHandlerBoundToURL(e){return e}}' })).toEqual([]);
  });
});
