// Several processes that share the port, each a whole server on the same store (the only user of node:cluster). The first process
// accepts connections and hands them out in turn, adds up the metrics, and starts another process for one that ends.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ConfigError, type Config } from '../config/config.ts';

/** For a process that ends soon after its start, the pause doubles up to the longest. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const LONG_ENOUGH_MS = 60_000;
/** A stop takes five seconds at most (listen.ts). After this time something hangs. */
const STOP_MS = 15_000;

const STOP = 'stillhere:stop';

/** What a process tells the first one when it accepts requests. */
interface Ready {
  readonly type: 'stillhere:ready';
  readonly port: number;
}

export interface RunningProcesses {
  readonly port: number;
  /** Resolves when all have answered their pending requests and ended. */
  stop(): Promise<void>;
}

/** Whether this is one of several processes. */
export function isOneOfSeveral(): boolean {
  return cluster.isWorker;
}

/** The part of each process in what the configuration allows all of them. A reader's session stays on one connection. */
export function partOf(config: Config): Config {
  const share = (number: number): number => Math.ceil(number / config.processes);
  const { limits, maxConnections } = config;
  return { ...config, limits: { ...limits, network: share(limits.network) }, maxConnections: share(maxConnections) };
}

/** In one of several processes. @param stop is called when it is to end, which may be before it has started. */
export function onStop(stop: () => void): void {
  process.on('message', (message) => {
    if (message === STOP) stop();
  });
}

/** In one of several processes: tells the first one that it accepts requests. */
export function reportReady(port: number): void {
  process.send?.({ type: 'stillhere:ready', port } satisfies Ready);
}

/**
 * Starts this command once more in each process. Resolves when all accept requests.
 * @throws ConfigError if one can't start. It has said why.
 */
export async function startProcesses(count: number, log: Logger): Promise<RunningProcesses> {
  const stopping = new AbortController();
  const workers = Array.from({ length: count }, () => cluster.fork());
  const stop = async (): Promise<void> => {
    stopping.abort();
    const running = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(running.map(end));
  };
  try {
    const ports = await Promise.all(workers.map(whenReady));
    for (const worker of workers) void replaceWhenEnded(worker, stopping.signal, log);
    return { port: ports[0] ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function whenReady(worker: Worker): Promise<number> {
  const ended = new AbortController();
  const { signal } = ended;
  worker.once('exit', () => ended.abort());
  try {
    for (;;) {
      const [message] = (await once(worker, 'message', { signal })) as [Ready];
      if (message.type === 'stillhere:ready') return message.port;
    }
  } catch (cause) {
    throw new ConfigError('A process could not start: see above', { cause });
  }
}

async function replaceWhenEnded(first: Worker, signal: AbortSignal, log: Logger): Promise<void> {
  for (let worker = first, pauseMs = PAUSE_MS; ; worker = cluster.fork()) {
    const beganMs = performance.now();
    // The first ones may have ended while others were not ready yet.
    if (!worker.isDead()) await once(worker, 'exit');
    if (signal.aborted) return;
    const { exitCode, signalCode: killedBy } = worker.process;
    pauseMs = performance.now() - beganMs > LONG_ENOUGH_MS ? PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    log.error({ exitCode, killedBy, pauseMs }, 'a process has ended: starting another');
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
  }
}

async function end(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const exited = once(worker, 'exit');
  if (worker.isConnected()) worker.send(STOP);
  const patience = setTimeout(() => worker.process.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(patience);
}
