// The package as users get it: the tarball from `npm run pack`, installed into an empty folder.
import { globSync, statSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runNpm } from './run-npm.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = ['package.json', 'bin/*', '{client,sw,server,package}/**/*.*'];

/** @throws if there is none, or it is older than its sources. */
export function packedTarball(): string {
  const [tarball] = globSync('dist/packed/*.tgz', { cwd: ROOT });
  const timeOf = (file: string): number => statSync(join(ROOT, file)).mtimeMs;
  const newest = Math.max(...globSync(SOURCES, { cwd: ROOT }).map(timeOf));
  if (!tarball || timeOf(tarball) < newest)
    throw new Error('Call `npm run pack` first: sources are newer than the package.');
  return join(ROOT, tarball);
}

/** Installs the package together with others; resolves with the folder. */
export async function installPacked(...others: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-packed-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await runNpm(folder, 'install', packedTarball(), ...others);
  return folder;
}
