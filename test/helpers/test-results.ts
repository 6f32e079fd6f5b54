// Which tests failed in a run of Vitest, from the report of its JSON reporter.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

export interface TestFile {
  /** From the project's folder. */
  readonly file: string;
  /** Each with the suites that it is in, as `--testNamePattern` sees it. */
  readonly failed: readonly string[];
  readonly passed: readonly string[];
  /** It could not be loaded, or one of its hooks failed. */
  readonly hasFailedOutside: boolean;
}

/** Of a report, what is read here. */
interface Report {
  readonly testResults: readonly {
    /** The file's whole path. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly Result[];
  }[];
}

interface Result {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
}

/**
 * Runs Vitest by `run`, which is given the options for its reporters and answers whether all passed.
 *
 * @throws Error if the run failed although no file did: an error that nobody caught.
 */
export async function readResults(run: (reporters: readonly string[]) => Promise<boolean>): Promise<TestFile[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-report-'));
  const path = join(folder, 'report.json');
  try {
    const passed = await run(['--reporter', 'default', '--reporter', 'json', `--outputFile.json=${path}`]);
    const files = listFiles(JSON.parse(await readFile(path, 'utf8')) as Report);
    if (!passed && !files.some(hasFailed))
      throw new Error('Vitest failed, but none of its tests: see its output above');
    return files;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function hasFailed({ failed, hasFailedOutside }: TestFile): boolean {
  return failed.length > 0 || hasFailedOutside;
}

function listFiles({ testResults }: Report): TestFile[] {
  return testResults.map(({ name, status, assertionResults: results }) => {
    const failed = listNames(results, 'failed');
    const hasFailedOutside = status === 'failed' && failed.length === 0;
    return { file: relative(process.cwd(), name), failed, passed: listNames(results, 'passed'), hasFailedOutside };
  });
}

function listNames(results: readonly Result[], status: string): string[] {
  return results
    .filter((result) => result.status === status)
    .map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(' > '));
}
