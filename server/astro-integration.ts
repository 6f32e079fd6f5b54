// The Astro integration, `stillhere/astro/integration`: adds the heartbeat to pages under chosen paths, without changes to
// them, and puts the gate in front of Astro's Node server. It imports nothing from Astro.
import { writeFile } from 'node:fs/promises';
import { createPictureUsers, type PictureUsers } from './site/astro-images.ts';
import { gateInBuild, PRIVATE_FILES, type AstroGate } from './site/astro-build.ts';
import { describeOpenFiles, listOpenFiles, type AstroRoute } from './site/astro-open-files.ts';
import { gateInDev } from './app/astro-dev.ts';
import { toSitePath } from './http/site-base.ts';

/** Besides `paths` and `protect`, the options are those of the heartbeat. All times are in milliseconds. */
export interface StillhereAstroOptions {
  /** Pages whose path has one of these prefixes are counted, like `/confidential/`; with or without the site's `base`. */
  readonly paths?: readonly string[] | undefined;
  /**
   * Path prefixes behind the gate, like `/confidential/`; with or without the site's `base`. Needs the Node adapter. Other
   * settings of the server are read from the environment when it starts. By default: no gate.
   */
  readonly protect?: readonly string[] | undefined;
  /** How often the page tells the worker "still here". At least 1000. @default 180000 */
  readonly interval?: number | undefined;
  /** How often the open span is written to IndexedDB. At least 100, and at most `interval`. @default 5000 */
  readonly tick?: number | undefined;
  /** After this long without any input, the reader counts as gone; 0 = never. @default 300000 */
  readonly idleAfter?: number | undefined;
  /** Without any input, beats slow down, up to 4 × `interval`. @default true */
  readonly adaptive?: boolean | undefined;
  /** The path of the worker's script; `none`: the site registers its own worker. @default '/sw.js' */
  readonly worker?: string | null | undefined;
  /** Prints to the console what is sent, stored, refused and kept. @default false */
  readonly debug?: boolean | undefined;
}

/** The part of Astro's `AstroIntegration` that is used. */
export interface StillhereAstroIntegration {
  readonly name: string;
  readonly hooks: {
    'astro:config:setup': (setup: {
      readonly command: string;
      readonly config: { readonly base: string; readonly root: URL };
      readonly injectScript: (stage: 'page', content: string) => void;
      readonly updateConfig: (config: never) => unknown;
    }) => void;
    'astro:config:done': (done: {
      readonly config: {
        readonly adapter?: { readonly name: string } | undefined;
        readonly build: { readonly server: URL };
      };
    }) => void;
    'astro:routes:resolved': (resolved: { readonly routes: readonly AstroRoute[] }) => void;
    'astro:build:done': (done: {
      readonly dir: URL;
      readonly logger: { readonly info: (message: string) => void };
    }) => Promise<void>;
  };
}

const NODE_ADAPTER = '@astrojs/node';

/**
 * For `integrations` in astro.config: `stillhere({ paths: ['/confidential/'], protect: ['/confidential/'] })`. Supports
 * `<ClientRouter />`. The build fails if a page behind the gate would be public.
 * @throws TypeError if neither a page is counted nor one is behind the gate.
 */
export default function stillhere(given: StillhereAstroOptions): StillhereAstroIntegration {
  const { paths = [], protect = [], ...options } = given;
  const isPath = (path: string): boolean => path.startsWith('/');
  if (given.paths ? !paths.some(isPath) : protect.length === 0)
    throw new TypeError("stillhere: paths must list the pages to count, like ['/confidential/']");
  if (!protect.every(isPath))
    throw new TypeError("stillhere: protect must list the paths behind the gate, like ['/confidential/']");

  const hasGate = protect.length > 0;
  let prefixes: readonly string[] = [];
  let isServed = false;
  let isMiddleware = false;
  let known: readonly AstroRoute[] = [];
  let pictures: PictureUsers | undefined;
  let serverDir: URL | undefined;
  return {
    name: 'stillhere',
    hooks: {
      'astro:config:setup': ({ command, config: { base, root }, injectScript, updateConfig }) => {
        if (paths.length > 0) injectScript('page', startOnPaths(withBase(paths, base), options, base));
        isServed = hasGate && ['dev', 'build'].includes(command);
        if (!isServed) return;
        prefixes = withAndWithoutBase(protect, base);
        const server: AstroGate = { protect: prefixes, base, ...(options.worker === 'none' && { worker: 'none' }) };
        const users = createPictureUsers(root, () => known, prefixes);
        pictures = users;
        const plugin =
          command === 'dev'
            ? gateInDev(server)
            : gateInBuild({
                options: server,
                foundMiddleware: () => void (isMiddleware = true),
                foundModules: (graph) => users.add(graph),
              });
        updateConfig({ vite: { plugins: [plugin] } } as never);
      },
      'astro:config:done': ({ config: { adapter, build } }) => {
        serverDir = build.server;
        if (isServed && adapter?.name !== NODE_ADAPTER)
          throw new Error(
            `stillhere: protect needs the adapter ${NODE_ADAPTER}, which puts the gate in front of the site. ` +
              `Add it, or leave protect out and serve the built files with \`stillhere serve\`.`,
          );
      },
      'astro:routes:resolved': ({ routes }) => void (known = routes),
      'astro:build:done': async ({ dir, logger }) => {
        if (!isServed || !pictures || !serverDir) return;
        const { problem, note } = describeOpenFiles(await listOpenFiles(dir, prefixes, known), isMiddleware);
        if (problem) throw new Error(problem);
        if (note) logger.info(note);
        const files = JSON.stringify(pictures.listPrivate());
        await writeFile(new URL(PRIVATE_FILES, serverDir), files);
      },
    },
  };
}

/** The line that Astro puts into every page. */
function startOnPaths(paths: readonly string[], options: object, base: string): string {
  const told = [paths, options, 'astro:after-swap', base].map((value) => JSON.stringify(value)).join(', ');
  return `import { heartbeatOnPaths } from 'stillhere/astro/client';\nheartbeatOnPaths(${told});`;
}

/** The site's addresses in the browser. */
function withBase(paths: readonly string[], base: string): readonly string[] {
  const prefix = base.replace(/\/$/, '');
  return paths.map((path) => (toSitePath(prefix, path) === path ? prefix + path : path));
}

/** Both readings of a path that begins with the base, because it can also be a path of the site. */
function withAndWithoutBase(paths: readonly string[], base: string): readonly string[] {
  return [...new Set(paths.flatMap((path) => [toSitePath(base.replace(/\/$/, ''), path), path]))];
}
