// The page's and the worker's code, from their sources, each as one function of the globals that it sees. Calling it again
// runs the script anew, with nothing left in memory: that is what a stopped worker comes back as.
import { join } from 'node:path';
import { build } from 'vite';

const PROJECT_DIR = join(import.meta.dirname, '../..');

/** Everything that the scripts may find around them and that isn't the same in every JavaScript engine. */
const GLOBALS = `
  self window document location history navigator registration addEventListener removeEventListener
  setTimeout clearTimeout setInterval clearInterval performance Date Math crypto console
  fetch AbortSignal MessageChannel
  indexedDB IDBDatabase IDBObjectStore IDBIndex IDBCursor IDBTransaction IDBRequest IDBKeyRange
`
  .trim()
  .split(/\s+/);

export type Globals = Readonly<Record<string, unknown>>;

/** Runs the script; the result is what its entry exports. */
export type Script = (globals: Globals) => Readonly<Record<string, unknown>>;

export interface Scripts {
  readonly page: Script;
  readonly worker: Script;
}

export async function buildScripts(): Promise<Scripts> {
  const [page, worker] = await Promise.all(['client/start.ts', 'sw/worker/worker.ts'].map(buildScript));
  if (!page || !worker) throw new Error('A script was not built');
  return { page, worker };
}

async function buildScript(entry: string): Promise<Script> {
  const built = await build({
    configFile: false,
    root: PROJECT_DIR,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    resolve: { alias: { 'workbox-window': 'workbox-window/build/workbox-window.prod.mjs' } },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: join(PROJECT_DIR, entry), formats: ['iife'], name: 'script', fileName: 'script' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as { output: { code: string }[] };
  // oxlint-disable-next-line typescript/no-implied-eval -- our own sources, given globals of our own making
  const run = new Function(
    ...GLOBALS,
    `${output[0]?.code ?? ''}\nreturn typeof script === 'object' ? script : {};`,
  ) as (...values: unknown[]) => never;
  return (globals) => run(...GLOBALS.map((name) => globals[name]));
}
