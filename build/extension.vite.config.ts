// Builds the devtools extension (`npm run build:devtools`): its pages, the agent as a classic script, and for each
// browser a folder and a zip file (the only user of fflate). The output is reproducible.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { defineConfig } from 'vite';
import { BROWSERS, ICON_SIZES, iconFile, writeManifest } from '../client/extension/manifest.ts';
import { listFiles } from './list-files.ts';

const HERE = join(import.meta.dirname, '../client/extension');
const DIST = join(HERE, '../../dist');
const BUILT = join(DIST, 'devtools/built');
/** The earliest time in a zip file. Zip files have no time zone, so this works in every zone. */
const NO_TIME = new Date(1980, 0, 1);

export default defineConfig({
  root: HERE,
  base: '',
  build: { target: 'es2022', outDir: BUILT, emptyOutDir: false },
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  environments: {
    client: {
      build: {
        modulePreload: false,
        rolldownOptions: { input: ['devtools.html', 'panel.html'].map((page) => join(HERE, page)) },
      },
    },
    agent: {
      consumer: 'client',
      build: { lib: { entry: join(HERE, 'agent.ts'), formats: ['iife'], name: 'agent', fileName: () => 'agent.js' } },
    },
  },
  builder: {
    buildApp: async (builder) => {
      rmSync(join(DIST, 'devtools'), { recursive: true, force: true });
      for (const environment of Object.values(builder.environments)) await builder.build(environment);
      for (const browser of BROWSERS) pack(browser);
    },
  },
});

function pack(browser: (typeof BROWSERS)[number]): void {
  const files: Record<string, Uint8Array> = { 'manifest.json': Buffer.from(writeManifest(browser)) };
  for (const file of listFiles('**/*.{html,js}', BUILT)) files[file] = readFileSync(join(BUILT, file));
  for (const px of ICON_SIZES) files[iconFile(px)] = readFileSync(join(HERE, iconFile(px)));
  const zipped: Zippable = {};
  for (const [file, content] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    zipped[file] = [content, { mtime: NO_TIME, level: 9 }];
    const path = join(DIST, 'devtools', browser, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  writeFileSync(join(DIST, `stillhere-devtools-${browser}.zip`), zipSync(zipped));
}
