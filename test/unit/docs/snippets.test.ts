// The README's snippets for sites of many kinds are lines of the sites that tests build and read.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../helpers/own-lines.ts';
import { readSnippet } from '../../helpers/read-snippet.ts';

const SITES = join(import.meta.dirname, '../../sites');

const KOA = "app.use(stillhere({ protect: ['/report/'] }));";

describe("the README's snippet", () => {
  it.for([
    ['plain/report', 'index.html', 'html', '<session-heartbeat></session-heartbeat>'],
    ['plain/report', 'index.html', 'html', 'Content-Security-Policy'],
    ['classic', 'worker.js', 'js', 'importScripts('],
    ['classic/report', 'index.html', 'html', 'worker="none"'],
    ['pwa/src', 'sw.js', 'js', "from 'stillhere/sw'"],
    ['pwa', 'vite.config.js', 'js', 'globIgnores'],
    ['react/src', 'main.jsx', 'jsx', 'stillhere/element'],
    ['vue', 'vite.config.js', 'js', 'isCustomElement'],
    ['vue/src', 'Report.vue', 'vue', '<session-heartbeat>'],
    ['svelte/src', 'Report.svelte', 'svelte', '<session-heartbeat>'],
    ['astro/src/pages/report', 'index.astro', 'astro', 'stillhere/astro'],
    ['astro', 'astro.config.js', 'js', 'stillhere/astro/integration'],
    ['astro-node/src', 'middleware.js', 'js', 'onRequest'],
    ['koa', 'server.js', 'js', KOA],
    ['express', 'server.js', 'js', '.node);'],
    ['fastify', 'server.js', 'js', 'addHook'],
    ['hono', 'server.js', 'js', 'app.fetch(request)'],
    ['vite', 'vite.config.js', 'js', 'stillhere/vite'],
    ['other-origin', 'server.js', 'js', 'stillhereServer ='],
    ['other-origin', 'heartbeat.js', 'js', 'https://stillhere.example/stillhere.js'],
    ['other-origin', 'index.html', 'html', 'src="heartbeat.js"'],
    ['other-origin', 'sw.js', 'js', 'https://stillhere.example/stillhere-sw.js'],
  ] as const)('is taken from %s/%s, and has all of ours: %s %s', async ([folder, file, language, part]) => {
    const lines = readLines(join(SITES, folder), file).map(({ text, isOurs }) => ({ text: text.trim(), isOurs }));
    const snippet = (await readSnippet('README.md', language, part)).split('\n').flatMap((line) => line.trim() || []);
    expect(lines.map(({ text }) => text)).toEqual(expect.arrayContaining(snippet));
    const ours = lines.filter(({ isOurs }) => isOurs).map(({ text }) => text);
    if (part !== 'Content-Security-Policy') expect(snippet).toEqual(expect.arrayContaining(ours));
  });
});
