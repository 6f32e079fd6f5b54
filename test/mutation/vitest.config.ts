// What Stryker's runner reads. test/mutation/run.ts names the tests of each run.
import { resolve } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';
import { alias, define } from '../../build/minify.ts';

/** Unit tests first: they find most mutants within milliseconds, and the first that fails ends the run. */
class UnitTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification): number => (moduleId.includes('/test/unit/') ? 0 : 1);
    return files.toSorted((one, other) => isSlow(one) - isSlow(other) || one.moduleId.localeCompare(other.moduleId));
  }
}

export default defineConfig({
  resolve: { alias },
  define,
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/{unit,server}/**/*.test.ts'],
    setupFiles: [resolve(import.meta.dirname, 'first-failure.ts')],
    sequence: { sequencer: UnitTestsFirst },
    // See run.ts.
    isolate: process.env['MUTATION_ISOLATE'] === 'true',
    testTimeout: Number(process.env['MUTATION_TEST_TIMEOUT'] ?? 30_000),
  },
});
