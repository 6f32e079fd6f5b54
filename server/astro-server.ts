// What the built entry of an Astro site imports, `stillhere/astro/server`: starts Astro's Node server with Stillhere in front
// of it, of its files too. Behind Astro's own middleware it would be too late: before that, the Node adapter gives out files
// and redirects addresses without a trailing slash, and Astro refuses forms that come through an https proxy.
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { embed, type Stillhere } from './app/embed.ts';
import { keepPolicy } from './http/keep-policy.ts';
import type { AstroGate } from './site/astro-build.ts';
import { createNamedFiles } from './site/named-files.ts';

/** The exports of `@astrojs/node/server.js`. */
export interface AstroNodeServer {
  readonly options: { readonly mode: string };
  /** For another server, and for `astro preview`. */
  handler(
    request: IncomingMessage | Error,
    response: ServerResponse,
    next?: (error?: unknown) => void,
    locals?: object,
  ): unknown;
  /** Listens. */
  startServer(): { readonly server: { readonly server: Server } };
}

/** Prevents the adapter's server from starting when it is imported. */
const AUTOSTART = 'ASTRO_NODE_AUTOSTART';

/**
 * Opens the store, and starts the server unless `ASTRO_NODE_AUTOSTART` is `disabled` or the mode is `middleware`. Resolves
 * with what the adapter exports, behind the gate.
 * @param privateFiles a JSON file with the paths of files that are behind the gate, too. Their names are unique.
 * @throws ConfigError that lists all invalid settings.
 */
export async function startBehindGate(
  load: () => Promise<AstroNodeServer>,
  options: AstroGate,
  privateFiles: URL,
): Promise<AstroNodeServer> {
  const files = JSON.parse(await readFile(privateFiles, 'utf8')) as readonly string[];
  const given = process.env[AUTOSTART];
  process.env[AUTOSTART] = 'disabled';
  const astro = await load().finally(() => {
    if (given === undefined) delete process.env[AUTOSTART];
    else process.env[AUTOSTART] = given;
  });
  if (typeof astro.startServer !== 'function')
    throw new Error('stillhere: needs @astrojs/node 11, whose server can be started with the gate in front');
  const gate = embed(options, createNamedFiles(files));
  const startServer: AstroNodeServer['startServer'] = () => {
    const started = astro.startServer();
    putInFront(gate, started.server.server);
    return started;
  };
  const handler: AstroNodeServer['handler'] = (request, response, next, locals) => {
    if (request instanceof Error) return astro.handler(request, response, next, locals);
    return answer(gate, request, response, () => astro.handler(request, response, next, locals));
  };
  if (given !== 'disabled' && astro.options.mode === 'standalone') startServer();
  return { options: astro.options, handler, startServer };
}

/** No request is lost or let through: none arrives before this turn of events ends. */
function putInFront(gate: Stillhere, server: Server): void {
  const listeners = server.listeners('request') as unknown as readonly RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) =>
    answer(gate, request, response, () => {
      for (const listener of listeners) listener.call(server, request, response);
    }),
  );
  server.once('close', () => void gate.close());
}

function answer(gate: Stillhere, request: IncomingMessage, response: ServerResponse, goOn: () => unknown): void {
  gate.node(request, response, (error) => {
    if (error) {
      response.statusCode = 500;
      response.end('Internal Server Error');
      return;
    }
    keepPolicy(response);
    goOn();
  });
}
