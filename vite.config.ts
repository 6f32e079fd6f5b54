// Three builds in one run (`vite build --app`): the portfolio's pages, the page library, and the worker as one classic
// script. And the test projects.
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => resolve(import.meta.dirname, path);

/**
 * In Vite's library mode a dynamic import stays an import (no preload helper: 0.9 kB). Terser, because it makes the page
 * library 4 % smaller than Vite's own minifier, which also leaves spaces in libraries.
 */
const script = (entry: string, file: string, format: 'es' | 'iife') => ({
  build: {
    lib: { entry: at(entry), formats: [format], name: 'stillhere', fileName: () => file },
    outDir: at('dist'),
    emptyOutDir: false,
    copyPublicDir: false,
    sourcemap: true,
    minify: 'terser' as const,
    terserOptions: {
      ecma: 2020 as const,
      compress: { passes: 3, unsafe_arrows: true, pure_getters: true },
      // Having one keeps Terser in this thread: under `node --watch` (npm run dev) Vite's worker for it fails.
      nameCache: {},
    },
    rolldownOptions: {
      output: { chunkFileNames: 'stillhere-[name].js' },
      preserveEntrySignatures: 'allow-extension' as const,
    },
  },
});

export default defineConfig({
  root: at('client/portfolio'),
  appType: 'mpa',
  build: { target: 'es2022' },
  // Its `module` entry is for ES5: twice the size.
  resolve: { alias: { 'workbox-window': 'workbox-window/build/workbox-window.prod.mjs' } },
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  environments: {
    client: {
      build: {
        outDir: at('dist/site'),
        emptyOutDir: true,
        // Inlined pictures would be stopped by the portfolio's Content-Security-Policy.
        assetsInlineLimit: 0,
        rolldownOptions: { input: globSync('client/portfolio/**/*.html', { cwd: import.meta.dirname }).map(at) },
      },
    },
    library: { consumer: 'client', ...script('client/index.ts', 'stillhere.js', 'es') },
    worker: { consumer: 'client', ...script('sw/worker.ts', 'sw.js', 'iife') },
  },
  builder: {
    buildApp: async (builder) => {
      for (const environment of Object.values(builder.environments).toReversed()) await builder.build(environment);
    },
  },
  test: {
    root: import.meta.dirname,
    projects: [
      { test: { name: 'unit', root: import.meta.dirname, include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'server', root: import.meta.dirname, include: ['test/server/**/*.test.ts'] } },
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
          // Real browsers in real time: on a loaded machine a process that starves for seconds fails one test in a hundred.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'systems',
          root: import.meta.dirname,
          include: ['test/systems/**/*.test.ts'],
          retry: 1,
          testTimeout: 120_000,
          // The first one installs NocoDB.
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
