// The Vite plugin. It serves the gate and Stillhere's routes in `vite dev` and `vite preview` on the site's own origin,
// and adds the heartbeat to protected pages, also in the build. It imports nothing from Vite.
import type { HostOptions } from './config/options.ts';
import { editBytes } from './site/edit-bytes.ts';
import { injectHeartbeat } from './site/inject-heartbeat.ts';
import { scanPage } from './site/scan-page.ts';
import { isUnder } from './http/request-path.ts';
import type { ViteFolders } from './site/vite-files.ts';
import { createViteGate, type ConnectMiddleware } from './app/vite-server.ts';

/** The part of Vite's configuration that the plugin uses. */
interface ViteConfig {
  /** Like `/work/`; `./` or an address of another host says nothing about the site's path. */
  readonly base: string;
}

/** The part of Vite's servers that the plugin uses. */
interface ViteServer {
  readonly middlewares: { use(handle: ConnectMiddleware): unknown };
  readonly httpServer: { once(event: 'close', listener: () => void): unknown } | null;
  readonly config: ViteFolders & ViteConfig;
}

export interface StillherePlugin {
  readonly name: string;
  configResolved(config: ViteConfig): void;
  configureServer(server: ViteServer): void;
  configurePreviewServer(server: ViteServer): void;
  readonly transformIndexHtml: {
    readonly order: 'post';
    handler(html: string, page: { readonly path: string }): Promise<string | undefined>;
  };
}

/**
 * @param options `protect` is required: path prefixes behind the gate, like `['/confidential/']`. Other settings that
 * are omitted are read from the environment, as in the server; `base` is Vite's.
 * @throws ConfigError when a server starts; it lists all invalid settings.
 */
export function stillhere(options: HostOptions & { readonly protect: readonly string[] }): StillherePlugin {
  let { base } = options;
  const mount = ({ middlewares, httpServer, config }: ViteServer): void => {
    const gate = createViteGate({ ...options, base }, config);
    middlewares.use(gate.answer);
    httpServer?.once('close', () => void gate.close());
  };
  const prefixes = options.protect.map((path) => path.toLowerCase());
  return {
    name: 'stillhere',
    configResolved: (config) => {
      if (/^\/[^/]/.test(config.base)) base ??= config.base;
    },
    configureServer: mount,
    configurePreviewServer: mount,
    transformIndexHtml: {
      // Runs after Vite has found the scripts to bundle, because the server provides the library.
      order: 'post',
      handler: async (html, { path }) => (isUnder(path, prefixes) ? putInto(html, { ...options, base }) : undefined),
    },
  };
}

/** Adds the heartbeat in the same way as `stillhere serve`. */
async function putInto(html: string, { worker, publicUrl, base = '' }: HostOptions): Promise<string> {
  const page = Buffer.from(html);
  const origin = publicUrl ? URL.parse(publicUrl)?.origin : undefined;
  return editBytes(
    page,
    injectHeartbeat(await scanPage(page, false), { worker, base: base.replace(/\/$/, ''), origin }),
  ).toString();
}
