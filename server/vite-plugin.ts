// A plugin for Vite: the gate and all that answers for Stillhere in `vite dev` and `vite preview`, on the site's own origin, and
// the heartbeat in the pages behind the gate, in what is built, too. It imports nothing of Vite.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HostOptions } from './options.ts';
import { isUnder } from './site/site-path.ts';
import { stillhere as createStillhere } from './stillhere.ts';

/** As much of Vite's servers as is used. */
interface ViteServer {
  readonly middlewares: {
    use(handle: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void): unknown;
  };
  readonly httpServer: { once(event: 'close', listener: () => void): unknown } | null;
}

export interface StillherePlugin {
  readonly name: string;
  configureServer(server: ViteServer): void;
  configurePreviewServer(server: ViteServer): void;
  readonly transformIndexHtml: {
    readonly order: 'post';
    handler(
      html: string,
      page: { readonly path: string },
    ): { tag: string; attrs?: Record<string, string>; injectTo: 'body' }[] | undefined;
  };
}

/**
 * @param options `protect` is needed: path prefixes behind the gate, like `['/confidential/']`. What else is left out is read from
 * the environment, as by the server.
 * @throws ConfigError, where a server is started, that names everything that is wrong at once.
 */
export function stillhere(options: HostOptions & { readonly protect: readonly string[] }): StillherePlugin {
  const mount = ({ middlewares, httpServer }: ViteServer): void => {
    const gate = createStillhere(options);
    middlewares.use((request, response, next) => gate.node(request, response, next));
    httpServer?.once('close', () => void gate.close());
  };
  const prefixes = options.protect.map((path) => path.toLowerCase());
  return {
    name: 'stillhere',
    configureServer: mount,
    configurePreviewServer: mount,
    transformIndexHtml: {
      // After Vite has looked for scripts to bundle: the library comes from the server.
      order: 'post',
      handler: (html, { path }) =>
        isUnder(path, prefixes) && !/<session-heartbeat|\/stillhere\.js/.test(html)
          ? [
              { tag: 'script', attrs: { type: 'module', src: '/stillhere.js' }, injectTo: 'body' },
              { tag: 'session-heartbeat', attrs: options.worker ? { worker: options.worker } : {}, injectTo: 'body' },
            ]
          : undefined,
    },
  };
}
