// Mutation tests, one module after the other: `npm run test:mutation`, `-- server/gate sw/channel` for some modules, or
// `-- --mutate 'server/gate/**'` for files. docs/internals/mutation.md has the results, and what they mean.
//
// What all runs have in common is in .stryker.config.json. There `tsconfigFile` names no file: Stryker would rewrite it by an API
// that TypeScript 7 no longer has, and nothing here reads it. And a sandbox has the built page library, which a server serves.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { matchesGlob, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import common from '../../.stryker.config.json' with { type: 'json' };
import { MODULES } from './modules.ts';

const root = resolve(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    mutate: { type: 'string' },
    concurrency: { type: 'string', default: '1' },
    force: { type: 'boolean', default: false },
    static: { type: 'boolean', default: true },
  },
});

let isFailed = false;
for (const [name, { mutate, tests }] of Object.entries(MODULES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const { mutate: chosen } = values;
  const files = globSync([...mutate], { cwd: root }).filter((file) => !chosen || matchesGlob(file, chosen));
  if (files.length === 0) continue;
  const folder = `dist/mutation/${name.replaceAll('/', '-')}`;
  mkdirSync(resolve(root, folder), { recursive: true });
  const config = {
    ...common,
    mutate: files,
    testFiles: globSync([...tests], { cwd: root }),
    concurrency: Number(values.concurrency),
    incrementalFile: `${folder}/incremental.json`,
    tempDirName: `${folder}/sandbox`,
    reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
    htmlReporter: { fileName: `${folder}/report.html` },
    jsonReporter: { fileName: `${folder}/report.json` },
  };
  const path = `${folder}/stryker.config.json`;
  const run = (isolate: boolean): void => {
    const force = values.force && !isolate;
    writeFileSync(resolve(root, path), JSON.stringify({ ...config, ignoreStatic: !isolate, force }));
    const env = { ...process.env, MUTATION_ISOLATE: String(isolate) };
    const { status } = spawnSync('stryker', ['run', path], { cwd: root, stdio: 'inherit', env });
    isFailed ||= status !== 0;
  };
  console.log(`\n${name}: ${files.length} files`);
  // One worker for all files of a run costs a third. But code that runs when a module is loaded ("static" mutants) has its mutant in
  // a new worker only: a second run adds those to the results of the first.
  run(false);
  if (values.static) run(true);
}
process.exitCode = isFailed ? 1 : 0;
