// The sites of test/sites, each built with its own tool, with the packed package installed next to the tools.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { packedTarball } from './packed.ts';
import { runNpm } from './run-npm.ts';
import { StillhereServer } from './stillhere-server.ts';
import { until } from './until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SITES = join(ROOT, 'test/sites');
/** Outside this clone, so that a site can't use the clone's packages by mistake. About 260 MB. */
const TOOLS = join(homedir(), '.cache/stillhere', `sites-${digest(ROOT).slice(0, 12)}`);
/** What is installed there: digests of the lock file and the package. */
const MARKS = join(TOOLS, 'installed.json');
/** In a built site's folder: the digest of what it was built from. */
const BUILT = 'stillhere-built';
/** Tools that are part of a package of another name. */
const PACKAGES: Readonly<Record<string, string>> = { 'ngsw-config': '@angular/service-worker' };

/** The first test that needs a site installs the tools. */
export const INSTALL_MS = 300_000;

/** Vitest's own variables, unset: Astro does nothing in Vitest, and builds addresses from BASE_URL. */
export const NOT_IN_VITEST: NodeJS.ProcessEnv = Object.fromEntries(
  ['VITEST', 'TEST', 'NODE_ENV', 'MODE', 'DEV', 'PROD', 'SSR', 'BASE_URL'].map((name) => [name, undefined]),
);

const run = promisify(execFile);

/**
 * Copies a site next to its installed tools and the package; resolves with the folder.
 * @param name the folder's name. One call at a time for each name.
 */
export async function siteFolder(site: string, name = site): Promise<string> {
  await inTurn(installTools);
  const folder = join(TOOLS, name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(SITES, site), folder, { recursive: true });
  return folder;
}

/** How a site is built. */
export interface Variant {
  /** The folder's name. */
  readonly name: string;
  /** Variables for the tool. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * As {@link siteFolder}, after `tool` has built it; a build of the same sources by the same tools is used again.
 * One call at a time for each variant.
 */
export async function buildSite(
  site: string,
  { name, environment = {} }: Variant,
  ...command: readonly [tool: string, ...options: string[]]
): Promise<string> {
  await inTurn(installTools);
  const folder = join(TOOLS, name);
  const files = globSync('**/*', { cwd: join(SITES, site), withFileTypes: true }).filter((file) => file.isFile());
  const sources = files.map((file) => join(file.parentPath, file.name)).toSorted();
  const wanted = digest(
    [
      readFileSync(MARKS, 'utf8'),
      JSON.stringify(environment),
      ...sources,
      ...sources.map((file) => digest(readFileSync(file))),
    ].join(),
  );
  const mark = join(folder, BUILT);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder;
  await siteFolder(site, name);
  await runToolWith(environment, folder, ...command);
  writeFileSync(mark, wanted);
  return folder;
}

/** Runs a tool of the sites, like `vite build`, in a site's folder; resolves with what it printed. */
export async function runTool(folder: string, tool: string, ...options: readonly string[]): Promise<string> {
  return runToolWith({}, folder, tool, ...options);
}

/** As {@link runTool}, with these variables. */
export async function runToolWith(
  environment: NodeJS.ProcessEnv,
  folder: string,
  tool: string,
  ...options: readonly string[]
): Promise<string> {
  // Disables Astro's telemetry.
  const env = { ...process.env, ...NOT_IN_VITEST, ASTRO_TELEMETRY_DISABLED: '1', ...environment };
  const { stdout } = await run(process.execPath, [toolPath(tool), ...options], { cwd: folder, env });
  return stdout;
}

/** The site's installed `stillhere serve`, on a free port with an empty store. */
export async function servePacked(dir: string, ...options: readonly string[]): Promise<StillhereServer> {
  return StillhereServer.start({}, [toolPath('stillhere'), 'serve', dir, ...options]);
}

/** The script of a tool that is installed next to the sites, for Node. In `.bin`, Windows has command scripts. */
export function toolPath(tool: string): string {
  const folder = join(TOOLS, 'node_modules', PACKAGES[tool] ?? tool);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: string | Bins };
  const script = typeof bin === 'string' ? bin : bin[tool];
  if (script === undefined) throw new Error(`${folder} has no ${tool}`);
  return join(folder, script);
}

type Bins = Readonly<Record<string, string>>;

/** Test files run in several processes. SQLite's lock is released even if its process is killed. */
async function inTurn(work: () => Promise<void>): Promise<void> {
  mkdirSync(TOOLS, { recursive: true });
  const lock = new DatabaseSync(join(TOOLS, 'lock.db'));
  try {
    await until(() => {
      lock.exec('BEGIN EXCLUSIVE');
      return true;
    }, INSTALL_MS);
    await work();
  } finally {
    lock.close();
  }
}

async function installTools(): Promise<void> {
  const wanted = [join(SITES, 'package-lock.json'), packedTarball()].map((file) => digest(readFileSync(file)));
  const installed = existsSync(MARKS) ? (JSON.parse(readFileSync(MARKS, 'utf8')) as readonly string[]) : [];
  if (installed.join() === wanted.join()) return;
  rmSync(MARKS, { force: true });
  if (installed[0] !== wanted[0]) {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(SITES, file), join(TOOLS, file));
    cpSync(join(ROOT, '.npmrc'), join(TOOLS, '.npmrc'));
    await runNpm(TOOLS, 'ci');
  }
  // npm doesn't reinstall a tarball with the same name and version.
  rmSync(join(TOOLS, 'node_modules/stillhere'), { recursive: true, force: true });
  await runNpm(TOOLS, 'install', '--no-save', packedTarball());
  writeFileSync(MARKS, JSON.stringify(wanted));
}

function digest(of: string | Uint8Array): string {
  return createHash('sha256').update(of).digest('hex');
}
