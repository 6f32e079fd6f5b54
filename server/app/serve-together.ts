// A server of several processes (processes.ts): its tables are made once, and one process answers for the metrics of all.
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createSummedMetrics } from '../ops/metrics.ts';
import { openStore } from '../store/open-store.ts';
import type { RunningServer } from './listen.ts';
import { startProcesses } from './processes.ts';
import { serveMetrics } from './serve-metrics.ts';

/**
 * Resolves when all processes accept requests.
 * @throws ConfigError or StoreError if the store can't be used, or a process can't start.
 */
export async function serveTogether(config: Config, log: Logger): Promise<RunningServer> {
  const store = await openStore(config.storeUrl);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((one) => one()));
    await store.close();
  };
  try {
    const processes = await startProcesses(config.processes, log);
    stops.push(() => processes.stop());
    const metrics = config.metrics && (await createSummedMetrics());
    stops.push(await serveMetrics(config.metrics, metrics, log));
    return { port: processes.port, store, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
