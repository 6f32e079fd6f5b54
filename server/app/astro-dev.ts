// The gate in `astro dev`, as a Vite plugin.
import type { EventEmitter } from 'node:events';
import type { HostOptions } from '../config/options.ts';
import type { ViteFolders } from '../site/vite-files.ts';
import type { ConnectMiddleware, ViteGate } from './vite-server.ts';

/** The part of Vite's server that is used. */
interface ViteServer {
  readonly middlewares: { readonly stack: { unshift(layer: { route: string; handle: ConnectMiddleware }): unknown } };
  readonly httpServer: Pick<EventEmitter, 'once'> | null;
  readonly config: ViteFolders;
}

export interface AstroDevPlugin {
  readonly name: string;
  readonly enforce: 'post';
  configureServer(server: ViteServer): Promise<(() => void) | undefined>;
}

/** Astro starts a new server in the same process when its configuration changes. The store has one owner at a time. */
let running: ViteGate | undefined;

/**
 * Astro's dev server puts its own middleware, which refuses addresses without a trailing slash or without the base, in
 * front of all that plugins add. So the gate is put in front of it, after all plugins have been asked.
 */
export function gateInDev(options: HostOptions): AstroDevPlugin {
  return {
    name: 'stillhere:astro-dev',
    enforce: 'post',
    configureServer: async ({ middlewares, httpServer, config }) => {
      // Vitest uses Astro's configuration, but has no pages to serve.
      if (process.env['VITEST']) return undefined;
      await running?.close();
      // Only here, because sites that are built as files need nothing of the server.
      const { createViteGate } = await import('./vite-server.ts');
      const gate = createViteGate(options, config);
      running = gate;
      httpServer?.once('close', () => void gate.close());
      return () => void middlewares.stack.unshift({ route: '', handle: gate.answer });
    },
  };
}
