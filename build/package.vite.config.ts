// Builds what is packed beside the scripts of vite.config.ts: the entries for a site's own bundler, with the libraries that they
// use and their licences (dist/package/*.licenses.md), and the server as JavaScript, whose dependencies stay imports.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig, type Rolldown } from 'vite';
import manifest from '../package.json' with { type: 'json' };
import { NODE_ENTRIES, PAGE_ENTRIES, WORKER_ENTRIES } from './entries.ts';
import { alias, define, smallest, SYNTAX, treeshake } from './minify.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const MADE_HERE = ['package', 'server', 'client', 'sw', 'types', 'packed'];

/** Files that the server reads next to its code. */
const BESIDE_CODE = 'server/*/*.{css,html,json}';

/** Of the server, but imported by no entry: the command, and the thread of a store. */
const SCRIPTS = ['server/cli.ts', 'server/store/sqlite/thread.ts'];

const NOT_OURS = 'node_modules';

export default defineConfig({
  root: ROOT,
  publicDir: false,
  build: { target: SYNTAX, emptyOutDir: false, sourcemap: true },
  resolve: { alias },
  define,
  environments: {
    // Shared code goes into one file, because split files compress worse (5.3 kB per page instead of 4.9).
    page: browserEntries('page', PAGE_ENTRIES, {
      codeSplitting: { groups: [{ name: 'heartbeat', minShareCount: 2 }] },
    }),
    worker: browserEntries('worker', WORKER_ENTRIES),
    server: {
      consumer: 'server',
      resolve: { external: [...Object.keys(manifest.dependencies), 'vite'] },
      build: {
        ssr: true,
        // The output is as readable as the sources, without the types.
        sourcemap: false,
        outDir: DIST,
        rolldownOptions: {
          input: [...Object.values(inRoot(NODE_ENTRIES)), ...SCRIPTS.map((script) => join(ROOT, script))],
          output: {
            // Keeps the files' relative positions, because some read others by path.
            preserveModules: true,
            preserveModulesRoot: ROOT,
            entryFileNames: '[name].js',
          },
        },
      },
    },
  },
  builder: {
    buildApp: async (builder) => {
      for (const folder of MADE_HERE) rmSync(join(DIST, folder), { recursive: true, force: true });
      for (const environment of Object.values(builder.environments))
        if (environment.name !== 'client' && environment.name !== 'ssr') await builder.build(environment);
      for (const file of globSync(BESIDE_CODE, { cwd: ROOT })) cpSync(join(ROOT, file), join(DIST, file));
      // The scripts that the server serves get maps with positions only; the sources are in the maps of the entries for
      // bundlers.
      leaveOutSources('*.js.map', () => true);
      leaveOutSources('package/*.js.map', (source) => source.includes(NOT_OURS));
      mkdirSync(join(DIST, 'packed'));
    },
  },
});

function browserEntries(name: string, entries: Readonly<Record<string, string>>, output: Rolldown.OutputOptions = {}) {
  return {
    consumer: 'client' as const,
    build: {
      ...smallest,
      lib: { entry: inRoot(entries), formats: ['es' as const] },
      outDir: join(DIST, 'package'),
      license: { fileName: `${name}.licenses.md` },
      rolldownOptions: { treeshake, output: { ...output, entryFileNames: '[name].js', chunkFileNames: '[name].js' } },
    },
  };
}

function inRoot<Name extends string>(entries: Readonly<Record<Name, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries<string>(entries).map(([name, source]) => [name, join(ROOT, source)]));
}

/**
 * Removes source text from maps. Positions stay useful, because the text is in the repository and in other packages.
 */
function leaveOutSources(maps: string, isLeftOut: (source: string) => boolean): void {
  for (const file of globSync(maps, { cwd: DIST })) {
    const path = join(DIST, file);
    const map = JSON.parse(readFileSync(path, 'utf8')) as { sources: string[]; sourcesContent?: (string | null)[] };
    const texts = map.sources.map((source, at) => (isLeftOut(source) ? null : (map.sourcesContent?.[at] ?? null)));
    writeFileSync(path, JSON.stringify({ ...map, sourcesContent: texts.some(Boolean) ? texts : undefined }));
  }
}
