// Which scripts of a site are taken for its service worker, and which gated pages one keeps.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findKeptPages, findOwnWorkers } from '../../../../server/site/own-workers.ts';

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-workers-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return folder;
}

describe('a service worker of the site', () => {
  it.each([
    ['ngsw-worker.js', 'this.scope.addEventListener("install", (event) => {});'],
    ['service_worker.js', "addEventListener('fetch', () => {});"],
    ['serviceWorker.mjs', 'self.addEventListener(`push`,e=>{})'],
    ['a.js', 'self.onfetch = () => {};'],
    ['w.js', 'precacheAndRoute([{url:"a",revision:null}])'],
    ['OneSignalSDKWorker.js', 'importScripts("https://cdn.example/OneSignalSDK.sw.js");'],
    ['service-worker.js', "import './everything.js';"],
    ['my-sw.js', ''],
    ['report/sw-v2.js', 'addEventListener("fetch",()=>{})'],
  ])('is %s', async (file, text) => {
    expect(findOwnWorkers(await write({ [file]: text }), ['/report/'])).toEqual([`/${file}`]);
  });

  it.each([
    ['main.js', "navigator.serviceWorker.register('/x.js'); addEventListener('load', () => {});"],
    ['main.js', "addEventListener('beforeinstallprompt', () => {}); button.addEventListener('activate', () => {});"],
    ['pdf.worker.js', `importScripts('a.js');${'x'.repeat(2_000)}`],
    ['sw.json', '"addEventListener(\'fetch\'"'],
    // Its scope is another folder.
    ['app/sw-v2.js', 'addEventListener("fetch",()=>{})'],
  ])('is not %s', async (file, text) => {
    expect(findOwnWorkers(await write({ [file]: text }), ['/report/'])).toEqual([]);
  });

  it('may be missing, as may the site', () => {
    expect(findOwnWorkers('/nowhere', ['/'])).toEqual([]);
  });
});

describe('a page behind the gate is kept', () => {
  const INSTALL = "addEventListener('install', () => {});";

  it.each([
    [
      'by a list in the worker',
      { 'w.js': `${INSTALL}[{"url":"report/index.html"},{"url":"index.html"}]` },
      '/report/index.html',
    ],
    ['by a list after other strings', { 'w.js': `${INSTALL}say("it's on");["a","report/x"]` }, '/report/x'],
    ['by an address', { 'w.js': `${INSTALL}cache.add('/Report/')` }, '/Report/'],
    [
      'by a list beside it',
      { 'w.js': `${INSTALL}fetch('./ngsw.json?bust=' + n)`, 'ngsw.json': '{"urls":["/report/a"]}' },
      '/report/a',
    ],
  ])('%s', async (_, files, page) => {
    expect(findKeptPages(await write(files), ['/report/'])).toEqual([{ worker: '/w.js', page }]);
  });

  it('under the base of the site', async () => {
    const folder = await write({ 'w.js': `${INSTALL}["/work/report/a"]` });
    expect(findKeptPages(folder, ['/report/'], '/work')).toEqual([{ worker: '/w.js', page: '/work/report/a' }]);
  });

  it.each([
    ['if it is not named', { 'w.js': `${INSTALL}cache.addAll(['/', '/reports', '/style.css'])` }],
    ['by a script that is no worker', { 'w.js': "cache.add('/report/')" }],
    ['by a list outside of the site', { 'w.js': `${INSTALL}fetch('../list.json')` }],
  ])('not %s', async (_, files) => {
    expect(findKeptPages(await write(files), ['/report/'])).toEqual([]);
  });
});
