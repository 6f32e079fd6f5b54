// How scripts for pages and service workers are made small, whoever gives them out.

/**
 * The syntax that scripts are built for. The oldest browsers that are supported are the ones that have all of it that we use:
 * Chromium 94, Firefox 93, Safari 15 (no static blocks, which it lacks until 16.4). Functions that some of them lack are done
 * without, in page and worker alike: test/browser/oldest-browsers.test.ts takes them away. Not their names as the target: for faults
 * of class fields in Chromium before 98 and Safari before 16, which we don't meet, every private method would be rewritten (0.6 kB).
 */
export const SYNTAX = 'es2022';

/** Terser, because it makes the page library 4 % smaller than Vite's own minifier, which also leaves spaces in libraries. */
export const smallest = {
  minify: 'terser' as const,
  terserOptions: {
    ecma: 2020 as const,
    // Functions that are put in where they are called cost more than they save, once compressed (12 bytes).
    compress: { passes: 5, inline: 1, unsafe_arrows: true, pure_getters: true },
    // Having one keeps Terser in this thread: under `node --watch` (npm run dev) Vite's worker for it fails.
    nameCache: {},
  },
};

/** Leaves out idb's shortcuts (`database.get()` …; 0.24 kB): we have transactions of our own throughout. */
export const treeshake = { manualPureFunctions: ['replaceTraps'] };

/** Its `module` entry is for ES5: twice the size. */
export const alias = { 'workbox-window': 'workbox-window/build/workbox-window.prod.mjs' };

export const define = { 'process.env.NODE_ENV': JSON.stringify('production') };
