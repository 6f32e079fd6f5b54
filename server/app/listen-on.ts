// Listens, or says why not, in the words of the settings.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import { ConfigError } from '../config/config.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses this port',
  EADDRNOTAVAIL: "this machine doesn't have this address",
  EACCES: 'only an administrator may use this port',
};

/**
 * @param settings the variables that can be changed, like `PORT or HOST`.
 * @throws ConfigError with the system's error as its cause.
 */
export async function listenOn(server: Server, address: ListenOptions, settings: string): Promise<void> {
  server.listen(address);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code] ?? message;
    throw new ConfigError(`Can't listen on ${address.host}:${address.port}: ${reason}. Set ${settings}.`, { cause });
  }
}
