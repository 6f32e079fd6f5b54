// Builds the package's types: one declaration file per entry, and a report for review in test/package/api (the only
// user of API Extractor). Fails if the types differ from the reviewed ones; `--accept` updates the reports.
import { execFile } from 'node:child_process';
import { appendFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Extractor, ExtractorConfig, type ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor';
import { TYPED_ENTRIES } from './entries.ts';
import { findScript } from './find-script.ts';

const ROOT = resolve(import.meta.dirname, '..');
const TYPES = join(ROOT, 'dist/types');
/** One per source; not packed. */
const SINGLE = join(TYPES, 'single');
const REPORTS = join(ROOT, 'test/package/api');

const NONE = { default: { logLevel: 'none' as ExtractorLogLevel } };
const isAccepted = process.argv.includes('--accept');

await Promise.all(['client', 'sw', 'server'].map(declare));
mendImports();
const changed = Object.entries(TYPED_ENTRIES)
  .filter(([name, source]) => rollUp(name, source))
  .map(([name]) => name);
rmSync(SINGLE, { recursive: true });
if (changed.length > 0) {
  console.error(
    `The public types of ${changed.join(', ')} differ from test/package/api. Update the reports and review the difference:\n` +
      '  npm run accept:api && git diff test/package/api',
  );
  process.exitCode = 1;
}

async function declare(folder: string): Promise<void> {
  const options = ['--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--rootDir', '.', '--outDir', SINGLE];
  await promisify(execFile)(process.execPath, [findScript('typescript', 'tsc'), '-p', folder, ...options], {
    cwd: ROOT,
  }).catch(({ stdout }: { stdout: string }) => {
    throw new Error(stdout);
  });
}

/** TypeScript keeps the `.ts` extension, which doesn't resolve from a declaration file. */
function mendImports(): void {
  for (const file of globSync('**/*.d.ts', { cwd: SINGLE })) {
    const path = join(SINGLE, file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replaceAll(/(from |import\()(['"]\.[^'"]+)\.ts(['"])/g, '$1$2.js$3'),
    );
  }
}

/** @returns true if the types differ from the reviewed ones. */
function rollUp(name: string, source: string): boolean {
  const entry = join(SINGLE, source.replace(/\.ts$/, '.d.ts'));
  const configObject: IConfigFile = {
    projectFolder: ROOT,
    mainEntryPointFilePath: entry,
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'ES2024',
          module: 'NodeNext',
          moduleResolution: 'NodeNext',
          lib: ['ES2024', 'DOM', 'DOM.Iterable'],
          types: ['node'],
          strict: true,
          skipLibCheck: true,
        },
        files: [entry],
      },
    },
    apiReport: {
      enabled: true,
      reportFileName: name,
      reportFolder: REPORTS,
      reportTempFolder: join(SINGLE, 'reports'),
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: join(TYPES, `${name}.d.ts`) },
    tsdocMetadata: { enabled: false },
    newlineKind: 'lf',
    // The docstrings are TypeScript's, not TSDoc's.
    messages: { extractorMessageReporting: NONE, tsdocMessageReporting: NONE },
  };
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: import.meta.filename,
    packageJsonFullPath: join(ROOT, 'package.json'),
  });
  const result = Extractor.invoke(config, {
    localBuild: isAccepted,
    messageCallback: (message) => {
      message.handled = !message.category.startsWith('Compiler');
    },
  });
  if (result.errorCount > 0) throw new Error(`The types of ${name} can't be read.`);
  tellOthers(readFileSync(entry, 'utf8'), join(TYPES, `${name}.d.ts`));
  return !isAccepted && result.apiReportChanged;
}

/** Adds the module augmentations (`declare global`, `declare module`) that API Extractor omits. */
function tellOthers(declared: string, file: string): void {
  for (const [block] of declared.matchAll(/^declare (?:global|module ['"][^.].*['"]) \{\n[^]*?^\}\n/gm))
    appendFileSync(file, `\n${block}`);
}
