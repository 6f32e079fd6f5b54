// A free port, for servers that need a port number at start, and for those that a test stops and starts again on the same one.
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that the system gives to servers without a number and to clients (from 32,768 on Linux, 49,152 on others): while a
 * killed server's port is free, one of them got it, and two tests talked to each other's servers.
 */
const FIRST = 20_000;
const PORTS_EACH = 100;
const PROCESSES = 120;

/** Tests run in several processes: each takes from its own part. */
const own = FIRST + (process.pid % PROCESSES) * PORTS_EACH;
let next = 0;

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_EACH; tries++) {
    const port = own + (next++ % PORTS_EACH);
    if (await isFree(port)) return port;
  }
  throw new Error(`Ports ${own} to ${own + PORTS_EACH - 1} are all in use.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
