// Starts the server from its configuration, and stops it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { listenOn } from './listen-on.ts';
import { createRequestListener } from './request-listener.ts';
import type { Config } from '../config/config.ts';
import { BACKLOG, CONNECTION_TIMEOUTS, limitConnections } from '../http/connection-limit.ts';
import type { Secrets } from '../config/secrets.ts';
import type { RetentionOptions } from '../jobs/retention.ts';
import { BUILD_DIR } from '../config/package-root.ts';
import type { SessionStore } from '../store/session-store.ts';
import { isOneOfSeveral } from './processes.ts';
import { withSample } from './sample.ts';
import { serveMetrics } from './serve-metrics.ts';
import { openServices, type Services } from './services.ts';

/** How long a stop waits for pending requests, in milliseconds. With what comes after, a stop takes less than five seconds. */
const LAST_REQUESTS_MS = 2_500;
/** How long it then waits for the work in the background, and for a database that may not answer, in milliseconds. */
const LAST_WORK_MS = 1_500;

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
  const server = createServer(CONNECTION_TIMEOUTS);
  limitConnections(server, listener, { most: config.maxConnections, areProxied: config.trustProxy }, log);
  let stopMetrics = async (): Promise<void> => {};
  try {
    await listenOn(server, { port: config.port, host: config.host, backlog: BACKLOG }, 'PORT or HOST');
    if (isOneOfSeveral()) services.metrics?.share();
    else stopMetrics = await serveMetrics(config.metrics, services.metrics, log);
  } catch (error) {
    server.close();
    await services.stop();
    throw error;
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
      await stopMetrics();
      await stopSoon(services, log);
    },
  };
}

/** What is not finished then is done after the next start: nothing that was acknowledged waits for it. */
async function stopSoon(services: Services, log: Logger): Promise<void> {
  const stopped = new AbortController();
  const patience = delay(LAST_WORK_MS, 'late', { signal: stopped.signal }).catch(() => {});
  const outcome = await Promise.race([services.stop(), patience]).finally(() => stopped.abort());
  if (outcome === 'late') log.warn('the store did not answer in time: the server ends without waiting for it');
}
