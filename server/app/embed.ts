// Stillhere in somebody else's server: one middleware for Koa, one for whatever takes Node's requests, one for Fetch's.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import compose from 'koa-compose';
import { pino, type Logger } from 'pino';
import { HEARTBEAT_PATH, WORKER_PATH } from '../../sw/protocol/delivery.ts';
import { MAX_BODY_BYTES } from '../../sw/protocol/limits.ts';
import { GATE_PATH, SUBMIT_PATH } from '../gate/gate.ts';
import { closeProtected } from '../gate/require-access.ts';
import { ConfigError, readConfig } from '../config/config.ts';
import { describeError } from '../http/describe-error.ts';
import { fetchHandler, nodeHandler } from '../http/adapters.ts';
import { createMirror } from '../nocodb/mirror.ts';
import type { HostOptions } from '../config/options.ts';
import { createRoutes } from './routes.ts';
import { readSecrets } from '../config/secrets.ts';
import { BUILD_DIR } from '../config/package-root.ts';
import { serveChannel } from '../site/serve-channel.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';

/** Where our own routes read what was posted. */
const TAKES_BODY: readonly string[] = [HEARTBEAT_PATH, SUBMIT_PATH, GATE_PATH];

/** A middleware of Koa; and the same for other servers. It belongs at the root of the site, before what it protects. */
export interface Stillhere extends Middleware {
  /** For Node's own server, Express, Connect, Fastify's hooks: what it doesn't answer goes on to `next`. */
  node(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /**
   * For servers of Fetch's kind, like Hono or Astro's middleware: what it doesn't answer goes on to `next`.
   * @param clientAddress the reader's, which a `Request` doesn't say. Without it all readers share what the gate allows one address.
   */
  fetch(request: Request, next: () => Promise<Response> | Response, clientAddress?: string): Promise<Response>;
  /** Resolves when the store is open; rejects with why it can't be. Nobody needs to wait for it: requests do. */
  ready(): Promise<void>;
  /** Finishes what was received, commits, closes. */
  close(): Promise<void>;
}

/**
 * Gate, check, heartbeat and the owner's API for an app that exists, and the scripts that its pages load. What the options
 * leave out is read from the environment (README, "Configuration"); secrets belong there.
 * @param options `protect` is needed, here or as PROTECT.
 * @throws ConfigError that names everything that is wrong at once.
 */
export function stillhere(options: HostOptions & { readonly log?: Logger } = {}): Stillhere {
  const { log: given, worker, ...settings } = options;
  const config = readConfig(process.env, settings);
  if (config.protect.length === 0 || (!settings.protect && !process.env['PROTECT']))
    throw new ConfigError(
      "The configuration can't be used:\n  protect: must name what is behind the gate, like ['/confidential/']",
    );
  const log = given ?? pino({ level: config.logLevel });
  const secrets = readSecrets(config);
  const isTaken = (path: string): boolean => worker === 'none' && path.startsWith(WORKER_PATH);
  const opening = openSqliteStore(config.storeFile).then((store) => {
    const mirror = config.nocodb && createMirror(config.nocodb, store.outbox, log);
    mirror?.start();
    const { routes, check } = createRoutes({ config, secrets, store, mirror, log, now: Date.now });
    return { store, mirror, answer: compose([routes, serveChannel(BUILD_DIR, isTaken), check]) };
  });
  const opened = opening.catch((error: unknown) => {
    log.error({ err: describeError(error) }, 'the store can not be opened');
    return undefined;
  });
  if (secrets.isNew) log.warn({ file: secrets.file }, "made the owner's token: it is in this file");

  const closed = closeProtected(config.protect);
  const middleware: Middleware = async (ctx, next) => {
    const ours = await opened;
    if (ours) {
      await ours.answer(ctx, next);
      return;
    }
    // The host's own pages go on; what is protected stays closed.
    await closed(ctx, next);
  };
  const node = nodeHandler(middleware, config.trustProxy);
  return Object.assign(middleware, {
    node,
    // As the router reads paths: in any case, with or without a slash at the end.
    fetch: fetchHandler(node, (path) =>
      TAKES_BODY.includes(path.toLowerCase().replace(/\/$/, '')) ? MAX_BODY_BYTES : 0,
    ),
    ready: async () => void (await opening),
    close: async () => {
      const ours = await opened;
      await ours?.mirror?.stop();
      await ours?.store.close();
    },
  });
}
