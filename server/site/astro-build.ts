// The gate in `astro build`, as a Vite plugin: the built server starts with it in front.
import type { ModuleGraph } from './astro-images.ts';

/** The part of Vite's plugins that is used. */
export interface AstroBuildPlugin {
  readonly name: string;
  readonly config: { readonly order: 'post'; handler(): object };
  resolveId(id: string): string | { readonly id: string; readonly external: true } | undefined;
  load(id: string): string | undefined;
  transform(code: string, id: string): undefined;
  generateBundle(this: ModuleGraph): void;
}

/** `astro build` takes the server's entry from here. */
const ENTRY = 'virtual:stillhere/astro-entry';
const RESOLVED_ENTRY = `\0${ENTRY}`;
const SERVER = 'stillhere/astro/server';

/** The Node adapter's module with its options. */
const ADAPTER_OPTIONS = 'virtual:astro-node:config';

/** Beside the server's entry: the list of the files that only pages behind the gate use. */
export const PRIVATE_FILES = 'stillhere-private-files.json';

/** What the built server knows of the site. Other settings are read from the environment when it starts. */
export interface AstroGate {
  /** Path prefixes behind the gate. */
  readonly protect: readonly string[];
  /** The path under which the site lies, like `/work`. */
  readonly base: string;
  /** The site has its own worker at `/sw.js`. */
  readonly worker?: 'none';
}

export interface AstroBuildParts {
  readonly options: AstroGate;
  /** Called if the adapter builds a middleware for another server. */
  readonly foundMiddleware: () => void;
  /** Called for each environment of the build. */
  readonly foundModules: (graph: ModuleGraph) => void;
}

export function gateInBuild({ options, foundMiddleware, foundModules }: AstroBuildParts): AstroBuildPlugin {
  return {
    name: 'stillhere:astro-build',
    config: {
      // After Astro, which makes the adapter's entry the server's.
      order: 'post',
      handler: () => ({ environments: { ssr: { build: { rolldownOptions: { input: { index: ENTRY } } } } } }),
    },
    resolveId: (id) => {
      if (id === ENTRY) return RESOLVED_ENTRY;
      // It reads files beside its code, and is not bundled.
      return id === SERVER ? { id, external: true } : undefined;
    },
    load: (id) => (id === RESOLVED_ENTRY ? entryOf(options) : undefined),
    transform: (code, id) => {
      if (id.endsWith(ADAPTER_OPTIONS) && code.includes('mode = "middleware"')) foundMiddleware();
      return undefined;
    },
    generateBundle() {
      foundModules(this);
    },
  };
}

function entryOf(options: AstroGate): string {
  return [
    `import { startBehindGate } from '${SERVER}';`,
    `const privateFiles = new URL('${PRIVATE_FILES}', import.meta.url);`,
    `const server = await startBehindGate(() => import('@astrojs/node/server.js'), ${JSON.stringify(options)}, privateFiles);`,
    'export const { handler, options, startServer } = server;',
  ].join('\n');
}
