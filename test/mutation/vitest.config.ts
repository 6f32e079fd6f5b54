// What Stryker's runner reads. test/mutation/run.ts names the tests of each run.
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { alias, define } from '../../build/minify.ts';

export default defineConfig({
  resolve: { alias },
  define,
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/{unit,server}/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
