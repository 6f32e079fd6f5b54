// Stillhere in front of Vite's servers, which Astro uses, too.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readConfig } from '../config/config.ts';
import type { HostOptions } from '../config/options.ts';
import { DEFAULT_STORE_FILE } from '../config/settings.ts';
import { asksForPrivateFile, type ViteFolders } from '../site/vite-files.ts';
import { stillhere } from './embed.ts';

/** A middleware of Connect, as Vite's servers use them. */
export type ConnectMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export interface ViteGate {
  /** Belongs in front of everything that Vite answers. */
  readonly answer: ConnectMiddleware;
  /** Commits pending deliveries and closes the store. */
  close(): Promise<void>;
}

/**
 * Opens the store. Besides Stillhere's own paths, answers requests for private files, because Vite serves everything in the
 * project.
 * @throws ConfigError that lists all invalid settings.
 */
export function createViteGate(options: HostOptions, folders: ViteFolders): ViteGate {
  const gate = stillhere(options);
  const { worker: _worker, ...settings } = options;
  const { storeFile = DEFAULT_STORE_FILE } = readConfig(process.env, settings);
  const privateFiles = [storeFile, DEFAULT_STORE_FILE];
  const answer = async (...[request, response, next]: Parameters<ConnectMiddleware>): Promise<void> => {
    // If the check fails, the file is not served.
    const isPrivate = await asksForPrivateFile(request.url ?? '', folders, privateFiles).catch(() => true);
    if (!isPrivate) return gate.node(request, response, next);
    response.statusCode = 404;
    response.end();
  };
  return { answer: (...given) => void answer(...given), close: () => gate.close() };
}
