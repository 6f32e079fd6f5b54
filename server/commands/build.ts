// Builds the portfolio, the page library and the worker if they are missing or older than their sources.
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_DIR, PACKAGE_DIR } from '../config/package-root.ts';

const BUILD_CONFIG = join(PACKAGE_DIR, 'vite.config.ts');
const SOURCES = ['client/**/*', 'sw/**/*.ts', 'build/minify.ts', 'vite.config.ts', 'package-lock.json'];
/** Written last, so its modification time is the build's. */
const LAST_BUILT = join(BUILD_DIR, 'site/sw.js.gz');

/** Builds if necessary and resolves with true if it did. An installed package is built already and has no sources. */
export async function buildIfStale(): Promise<boolean> {
  if (!existsSync(BUILD_CONFIG)) return false;
  const sources = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: PACKAGE_DIR }));
  const newest = Math.max(...sources.map((file) => statSync(join(PACKAGE_DIR, file)).mtimeMs));
  if (existsSync(LAST_BUILT) && statSync(LAST_BUILT).mtimeMs >= newest) return false;
  const { createBuilder } = await import('vite');
  const builder = await createBuilder({ configFile: BUILD_CONFIG, logLevel: 'warn' });
  await builder.buildApp();
  return true;
}
