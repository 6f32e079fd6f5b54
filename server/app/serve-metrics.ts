// Starts the server of the metrics, if they are on.
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { MetricsConfig } from '../config/config.ts';
import type { Metrics } from '../ops/metrics.ts';
import { createMetricsServer } from '../ops/metrics-server.ts';
import { listenOn } from './listen-on.ts';

/**
 * Resolves when it accepts requests.
 * @returns stops it.
 * @throws ConfigError if the address can't be used.
 */
export async function serveMetrics(
  config: MetricsConfig | undefined,
  metrics: Pick<Metrics, 'contentType' | 'read'> | undefined,
  log: Logger,
): Promise<() => Promise<void>> {
  if (!config || !metrics) return async () => {};
  const { host, port, token } = config;
  const server = createMetricsServer(metrics, token, log);
  await listenOn(server, { host, port }, 'METRICS_ADDRESS');
  log.info({ host, port }, 'metrics for Prometheus are at /metrics of this address');
  return async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
}
