// A proxy, or another server, of Debian's as a process of a test, with the configuration that the documentation shows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from './until.ts';

export interface ProxyProcess {
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** Resolves when the program accepts connections on `port`. Rejects with what it said if it ends. */
export async function startProxyProcess(
  program: string,
  words: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ProxyProcess> {
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let said = '';
  let isOver = false;
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  for (const event of ['error', 'exit'] as const)
    child.once(event, (reason) => {
      isOver = true;
      said += String(reason);
    });
  await until(async () => isOver || (await accepts(port)));
  if (isOver) throw new Error(`${program} doesn't start: ${said}`);
  return {
    stop: async (signal) => {
      child.kill(signal);
      if (!isOver) await once(child, 'exit');
    },
  };
}

/** @throws if the page no longer has one of the texts. */
export function replaceInSnippet(
  text: string,
  replacements: Readonly<Record<string, string>>,
  page = 'docs/deployment.md',
): string {
  return Object.entries(replacements).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`${page} no longer has ${from}`);
    return changed.replaceAll(from, to);
  }, text);
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isConnected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return isConnected;
}
