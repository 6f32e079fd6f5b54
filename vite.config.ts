// Builds everything in one run (`vite build --app`): the page library, the worker as one classic script, the inspector
// and its opener, the portfolio's pages, and the portfolio's worker with pages for offline reading. Also defines the
// test projects.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { listFiles } from './build/list-files.ts';
import { alias, define, smallest, SYNTAX, treeshake } from './build/minify.ts';
import { TEXTS } from './client/portfolio/app/texts.ts';

const at = (path: string): string => resolve(import.meta.dirname, path);

/** In Vite's library mode, a dynamic import stays an import (no preload helper: 0.9 kB). */
const script = (entry: string, file: string, format: 'es' | 'iife', outDir = 'dist') => ({
  build: {
    lib: { entry: at(entry), formats: [format], name: 'stillhere', fileName: () => file },
    outDir: at(outDir),
    emptyOutDir: false,
    copyPublicDir: false,
    sourcemap: true,
    ...smallest,
    rolldownOptions: {
      treeshake,
      output: { chunkFileNames: 'stillhere-[name].js' },
      preserveEntrySignatures: 'allow-extension' as const,
    },
  },
});

/** The public files that every reader needs offline. Protected pages are cached one by one, for readers with access. */
const PRECACHED = [
  { from: 'dist/site', files: '**/*.{html,css,js,svg,webmanifest}' },
  {
    from: 'dist',
    files:
      'stillhere{,-register-worker,-deliver,-frames,-gap,-history,-media,-successor,-open-inspector,-inspector,-inspector-in-page}.js',
  },
];
const NOT_PRECACHED = ['portfolio/confidential/**', '404.html', 'icons/**', 'screenshots/**', 'sw.js'];

/** The list of these files for the worker, from the finished build. */
const precacheList: Plugin = {
  name: 'stillhere:precache',
  resolveId: (id) => (id === 'stillhere:precache' ? id : null),
  load: (id) => {
    if (id !== 'stillhere:precache') return null;
    const files = PRECACHED.flatMap(({ from, files: pattern }) =>
      listFiles(pattern, at(from), NOT_PRECACHED).map((file) => ({
        url: `/${file}`,
        revision: file.startsWith('assets/')
          ? null
          : createHash('sha256')
              .update(readFileSync(join(at(from), file)))
              .digest('base64url')
              .slice(0, 16),
      })),
    );
    return `export const files = ${JSON.stringify(files)};`;
  },
};

/**
 * Scripts get a low priority, after text and styles, because they only count reading. Vite doesn't keep the attribute.
 */
const lateScripts: Plugin = {
  name: 'stillhere:late-scripts',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replaceAll('<script type="module" crossorigin', '$& fetchpriority="low"'),
  },
};

/** Puts the app's texts into the pages: `{{recorded}}` is that text. The gate's placeholders stay. */
const pageTexts: Plugin = {
  name: 'stillhere:page-texts',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) =>
      Object.entries(TEXTS.en).reduce((page, [name, text]) => page.replaceAll(`{{${name}}}`, text), html),
  },
};

/** The sample's gate is a page for the server, which fills it in, not for its readers. */
function moveGate(): void {
  renameSync(at('dist/site/gate.html'), at('dist/sample-gate.html'));
}

/** Smaller files fit into one packet anyway. */
const LEAST_COMPRESSED_BYTES = 1_000;

/**
 * Writes compressed copies beside text files, a third of the size. The server sends them to clients that accept them.
 */
function compressBuild(): void {
  // Not all of dist/, because the package is built there, too.
  for (const file of listFiles('{*,site/**/*}.{html,css,js,svg,webmanifest}', at('dist'))) {
    const path = join(at('dist'), file);
    const text = readFileSync(path);
    if (text.length < LEAST_COMPRESSED_BYTES) {
      // An earlier build may have left some.
      for (const copy of ['.br', '.gz']) rmSync(path + copy, { force: true });
      continue;
    }
    writeFileSync(`${path}.br`, brotliCompressSync(text));
    writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
  }
}

const SETUP_FILES = [at('test/helpers/fixed-seed.ts'), at('test/helpers/restored-globals.ts')];

export default defineConfig({
  plugins: [precacheList, lateScripts, pageTexts],
  root: at('client/portfolio'),
  appType: 'mpa',
  build: { target: SYNTAX },
  resolve: { alias },
  define,
  environments: {
    client: {
      build: {
        outDir: at('dist/site'),
        emptyOutDir: true,
        // The portfolio's Content-Security-Policy would block inlined images.
        assetsInlineLimit: 0,
        rolldownOptions: { input: listFiles('client/portfolio/**/*.html', import.meta.dirname).map(at) },
      },
    },
    library: { consumer: 'client', ...script('client/bundle.ts', 'stillhere.js', 'es') },
    worker: { consumer: 'client', ...script('sw/worker/worker.ts', 'sw.js', 'iife') },
    channel: { consumer: 'client', ...script('sw/worker/classic-entry.ts', 'stillhere-sw.js', 'iife') },
    noWorker: { consumer: 'client', ...script('sw/worker/uninstall-worker.ts', 'no-sw.js', 'iife') },
    inspector: {
      consumer: 'client',
      ...script('client/inspector/heartbeat-inspector.ts', 'stillhere-inspector.js', 'es'),
    },
    opener: {
      consumer: 'client',
      ...script('client/inspector/open-inspector.ts', 'stillhere-open-inspector.js', 'es'),
    },
    gate: { consumer: 'client', ...script('client/gate/gate-form.ts', 'stillhere-gate.js', 'es') },
    ownRecord: {
      consumer: 'client',
      ...script('client/own-record/own-record-element.ts', 'stillhere-own-record.js', 'es'),
    },
    owner: { consumer: 'client', ...script('client/dashboard/owner-element.ts', 'stillhere-owner.js', 'es') },
    appWorker: { consumer: 'client', ...script('sw/worker/app-worker.ts', 'sw.js', 'iife', 'dist/site') },
  },
  builder: {
    // The worker with pages is built last, because it lists the other files.
    buildApp: async (builder) => {
      for (const name of [
        'worker',
        'channel',
        'noWorker',
        'library',
        'inspector',
        'opener',
        'gate',
        'owner',
        'ownRecord',
        'client',
        'appWorker',
      ]) {
        const environment = builder.environments[name];
        if (environment) await builder.build(environment);
        if (name === 'client') moveGate();
      }
      compressBuild();
    },
  },
  test: {
    root: import.meta.dirname,
    projects: [
      {
        // Thousands of random cases: seconds on a busy machine.
        test: {
          name: 'unit',
          root: import.meta.dirname,
          include: ['test/unit/**/*.test.ts'],
          setupFiles: SETUP_FILES,
          // A process for each file took as much CPU time as the tests: 61 s in all instead of 36.
          isolate: false,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'server',
          root: import.meta.dirname,
          include: ['test/server/**/*.test.ts'],
          setupFiles: SETUP_FILES,
          isolate: false,
          // No test waits that long: beside the browser tests, one with two seconds of work takes half a minute on slow cores.
          testTimeout: 120_000,
          // Some start a server's process (START_MS in test/helpers/server-process.ts).
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'faults',
          root: import.meta.dirname,
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          root: import.meta.dirname,
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // With more at a time, each takes longer than it waits for the browser, and nothing is gained.
          maxConcurrency: 3,
          // Files that follow each other in a process share its Chromium (test/helpers/browser-test.ts).
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        // The packed package: what is in it, and in sites built with other people's tools.
        test: {
          name: 'package',
          root: import.meta.dirname,
          include: ['test/package/**/*.test.ts'],
          testTimeout: 300_000,
          // The first test installs the tools of the sites.
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'systems',
          root: import.meta.dirname,
          include: ['test/systems/**/*.test.ts'],
          testTimeout: 300_000,
          // The first test installs NocoDB.
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
