// The snippets of docs/integrations/ are lines of the sites that tests build and read.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../helpers/own-lines.ts';
import { readSnippet } from '../../helpers/read-snippet.ts';

const SITES = join(import.meta.dirname, '../../sites');

const KOA = "app.use(stillhere({ protect: ['/report/'] }));";

describe('the snippet', () => {
  it.for([
    ['html', 'plain/report', 'index.html', 'html', '<session-heartbeat></session-heartbeat>'],
    ['html', 'plain/report', 'index.html', 'html', 'Content-Security-Policy'],
    ['own-service-worker', 'classic', 'worker.js', 'js', 'importScripts('],
    ['own-service-worker', 'classic/report', 'index.html', 'html', 'worker="none"'],
    ['own-service-worker', 'pwa/src', 'sw.js', 'js', "from 'stillhere/sw'"],
    ['own-service-worker', 'pwa', 'vite.config.js', 'js', 'globIgnores'],
    ['own-service-worker', 'angular', 'ngsw-config.json', 'json', 'navigationUrls'],
    ['own-service-worker', 'angular', 'ngsw-config.json', 'json', 'resources'],
    ['react-vue-svelte', 'react/src', 'main.jsx', 'jsx', 'stillhere/element'],
    ['react-vue-svelte', 'vue', 'vite.config.js', 'js', 'isCustomElement'],
    ['react-vue-svelte', 'vue/src', 'Report.vue', 'vue', '<session-heartbeat>'],
    ['react-vue-svelte', 'svelte/src', 'Report.svelte', 'svelte', '<session-heartbeat>'],
    ['astro', 'astro/src/pages/report', 'index.astro', 'astro', 'stillhere/astro'],
    ['astro', 'astro', 'astro.config.js', 'js', 'stillhere/astro/integration'],
    ['astro', 'astro-mixed', 'astro.config.js', 'js', 'protect:'],
    ['astro', 'astro-mixed/src/pages/report', 'index.astro', 'js', 'prerender'],
    ['koa', 'koa', 'server.js', 'js', KOA],
    ['express-fastify-hono', 'express', 'server.js', 'js', '.node);'],
    ['express-fastify-hono', 'fastify', 'server.js', 'js', 'addHook'],
    ['express-fastify-hono', 'hono', 'server.js', 'js', 'app.fetch(request)'],
    ['vite', 'vite', 'vite.config.js', 'js', 'stillhere/vite'],
    ['other-host', 'other-origin', 'server.js', 'js', 'stillhereServer ='],
    ['other-host', 'other-origin', 'heartbeat.js', 'js', 'https://stillhere.example/stillhere.js'],
    ['other-host', 'other-origin', 'index.html', 'html', 'src="heartbeat.js"'],
    ['other-host', 'other-origin', 'sw.js', 'js', 'https://stillhere.example/stillhere-sw.js'],
  ] as const)(
    'of %s.md is taken from %s/%s, and has all of ours: %s %s',
    async ([page, folder, file, language, part]) => {
      const lines = readLines(join(SITES, folder), file).map(({ text, isOurs }) => ({ text: text.trim(), isOurs }));
      const snippet = (await readSnippet(`docs/integrations/${page}.md`, language, part))
        .split('\n')
        .flatMap((line) => line.trim() || []);
      expect(lines.map(({ text }) => text)).toEqual(expect.arrayContaining(snippet));
      const ours = lines.filter(({ isOurs }) => isOurs).map(({ text }) => text);
      if (part !== 'Content-Security-Policy') expect(snippet).toEqual(expect.arrayContaining(ours));
    },
  );
});
