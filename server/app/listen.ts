// Starts the server from its configuration, and stops it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createRequestListener } from './request-listener.ts';
import { ConfigError, type Config } from '../config/config.ts';
import { BACKLOG, CONNECTION_TIMEOUTS, limitConnections } from '../http/connection-limit.ts';
import type { Secrets } from '../config/secrets.ts';
import type { RetentionOptions } from '../jobs/retention.ts';
import { BUILD_DIR } from '../config/package-root.ts';
import type { SessionStore } from '../store/session-store.ts';
import { withSample } from './sample.ts';
import { openServices } from './services.ts';

/** How long a stop waits for pending requests, in milliseconds. */
const LAST_REQUESTS_MS = 5_000;

export interface RunningServer {
  readonly port: number;
  readonly store: SessionStore;
  /** Answers pending requests, commits and closes. */
  stop(): Promise<void>;
}

/**
 * Opens the store and starts listening. Resolves when the server accepts requests.
 * @param retentionOptions as of {@link openServices}.
 */
export async function startServer(
  config: Config,
  secrets: Secrets,
  log: Logger,
  retentionOptions: RetentionOptions = {},
): Promise<RunningServer> {
  const services = await openServices(config, log, retentionOptions);
  const site = config.siteDir === undefined ? withSample(config) : { ...config, siteDir: config.siteDir };
  const listener = createRequestListener({
    config: site,
    secrets,
    services,
    log,
    siteDir: site.siteDir,
    buildDir: BUILD_DIR,
    now: Date.now,
  });
  const server = createServer(CONNECTION_TIMEOUTS, listener);
  limitConnections(server, config.maxConnections, config.trustProxy, log);
  server.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  try {
    await once(server, 'listening');
  } catch (cause) {
    await services.stop();
    throw new ConfigError(`Can't listen on ${config.host}:${config.port}: ${reasonOf(cause)}. Set PORT or HOST.`, {
      cause,
    });
  }
  services.start();
  return {
    port: (server.address() as AddressInfo).port,
    store: services.store,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      services.feed.close();
      // A kept-alive connection becomes idle only after its last response was sent.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const patience = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(patience);
      await services.stop();
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses this port',
  EADDRNOTAVAIL: "this machine doesn't have this address",
  EACCES: 'only an administrator may use this port',
};

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
