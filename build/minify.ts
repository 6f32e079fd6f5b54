// How scripts for pages and service workers are minified.

/**
 * The syntax target of the scripts. The minimum browsers are those with all the syntax that is used: Chromium 94,
 * Firefox 93, Safari 15 (no static blocks, which need 16.4). Functions that some of these lack are avoided in page and
 * worker; test/browser/oldest-browsers.test.ts removes them to check. The browsers themselves are not the target,
 * because every private method would be rewritten (0.6 kB) for bugs in class fields of Chromium before 98 and Safari
 * before 16 that don't occur here.
 */
export const SYNTAX = 'es2022';

/** Terser makes the page library 4 % smaller than Vite's own minifier, which also leaves whitespace in libraries. */
export const smallest = {
  minify: 'terser' as const,
  terserOptions: {
    ecma: 2020 as const,
    // Inlining functions costs more than it saves after compression (12 bytes).
    compress: { passes: 5, inline: 1, unsafe_arrows: true, pure_getters: true },
    // Keeps Terser in this thread: under `node --watch` (npm run dev), Vite's worker for it fails.
    nameCache: {},
  },
};

/** Removes idb's shortcuts (`database.get()` …; 0.24 kB), which are unused: all calls are in explicit transactions. */
export const treeshake = { manualPureFunctions: ['replaceTraps'] };

/** The package's `module` entry is ES5 and twice the size. */
export const alias = { 'workbox-window': 'workbox-window/build/workbox-window.prod.mjs' };

export const define = { 'process.env.NODE_ENV': JSON.stringify('production') };
