// The `serve` command: serves a built site, or the sample, with parts of it behind the gate.
import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { ConfigError, readConfig, type Config } from '../config/config.ts';
import type { ServeOptions } from '../config/options.ts';
import { flagOf } from '../config/settings.ts';
import { ownerUrlOf } from '../config/owner-url.ts';
import { makeOwnerKey, ownerLink } from '../owner/owner-key.ts';
import { openBrowser } from './open-browser.ts';
import { readSecrets } from '../config/secrets.ts';
import { buildIfStale } from './build.ts';
import { warnOfWorkers } from './warn-of-workers.ts';
import { findUnprotectedData } from '../site/unprotected-data.ts';
import { findUnprotectedMedia } from '../site/unprotected-media.ts';
import { listSite } from '../site/list-site.ts';
import { isUnder } from '../http/request-path.ts';
import { toSitePath } from '../http/site-base.ts';
import { startServer, type RunningServer } from '../app/listen.ts';
import { isOneOfSeveral, onStop, partOf, reportReady } from '../app/processes.ts';
import { SAMPLE_DIR } from '../app/sample.ts';
import { serveTogether } from '../app/serve-together.ts';

/** If the default port is in use, this many further ports are tried. */
const OTHER_PORTS = 20;

const MOST_NAMED = 5;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Serves until a signal stops it. Resolves when the server is listening. */
export async function serve(dir: string | undefined, flags: ServeOptions & { readonly open?: boolean }): Promise<void> {
  const { open, ...options } = flags;
  const say = (name: string): string => (name === 'siteDir' ? 'DIR' : flagOf(name));
  const config = readConfig(process.env, { ...options, ...(dir !== undefined && { siteDir: dir }) }, say);
  if (isOneOfSeveral()) return serveAsOneOfSeveral(config);
  await checkSite(config);
  const paths = await listSite(config.siteDir ?? SAMPLE_DIR);
  const gated = findProtected(config, paths);
  const log = pino({ level: config.logLevel });
  const secrets = readSecrets(config);
  warnOfWorkers(config);
  const server = isShared(config)
    ? await serveTogether(config, log)
    : await listen(config, options.port === undefined && !process.env['PORT'], (one) => startServer(one, secrets, log));

  const host = config.publicUrl?.origin ?? `http://localhost:${server.port}`;
  const address = `${host}${config.base}/`;
  console.info(`Stillhere serves ${config.siteDir ?? 'its sample'} on ${address}`);
  const isSaid = options.protect !== undefined || process.env['PROTECT'] !== undefined;
  for (const path of isSaid ? config.protect.filter((one) => !gated.includes(one)) : [])
    console.warn(`There is nothing under ${path} in ${config.siteDir}. ${hintAt(config, path)}`);
  console.info(
    gated.length > 0 ? `Behind the gate: ${gated.join(', ')}` : 'Nothing is behind the gate. Set --protect.',
  );
  if (secrets.isNew)
    console.info(`Your owner's token, shown only once (stored in ${secrets.file}): ${secrets.ownerToken}`);
  const code = await makeOwnerKey(server.store.ownerKeys, 'code', Date.now());
  console.info(
    `To see who reads it, open this link within 15 minutes (it works once): ${ownerLink(ownerUrlOf(config, host), code)}`,
  );
  if (open) openBrowser(address);
  // Errors are ignored: an unreadable file isn't served either.
  warnOfLeaks(config, paths)
    .then(() => warnOfOpenMedia(config, paths))
    .catch(() => {});

  let isStopping = false;
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      endAfter(server.stop());
    });
}

/** The first process tells it to stop; a signal that reaches all of them does no harm. */
async function serveAsOneOfSeveral(config: Config): Promise<void> {
  let server: RunningServer | undefined;
  let isStopping = false;
  const stop = (): void => {
    if (!isStopping) endAfter(server?.stop());
    isStopping = true;
  };
  onStop(stop);
  for (const signal of SIGNALS) process.on(signal, stop);
  server = await startServer(partOf(config), readSecrets(config), pino({ level: config.logLevel }));
  reportReady(server.port);
}

function isShared({ processes, storeFile }: Config): boolean {
  if (processes > 1 && storeFile !== undefined)
    console.warn(
      `One process serves, not ${processes}: a store in SQLite is used by one. Set STORE_URL to PostgreSQL.`,
    );
  return processes > 1 && storeFile === undefined;
}

/** @param stopped undefined: there is nothing to stop. */
function endAfter(stopped: Promise<void> | undefined): void {
  Promise.resolve(stopped).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

function hintAt({ base }: Config, path: string): string {
  return isUnder(path, base === '' ? [] : [base])
    ? `Protected paths are written without the base: --protect ${toSitePath(base.toLowerCase(), path)}`
    : 'Check the spelling.';
}

/** Builds the sample if necessary. A named folder is only checked. */
async function checkSite({ siteDir, base }: Config): Promise<void> {
  if (siteDir === undefined && base !== '')
    throw new ConfigError(
      `The sample lies at the root of its host. With --base ${base}, pass the folder of a built site.`,
    );
  if (siteDir !== undefined && !existsSync(siteDir))
    throw new ConfigError(`There is no folder ${siteDir}: build the site first, then pass its output folder.`);
  if (await buildIfStale()) console.info('Built dist/.');
  if (siteDir === undefined && !existsSync(SAMPLE_DIR))
    throw new ConfigError(
      'This package has no sample site: pass the folder of a built site, like npx stillhere serve dist',
    );
}

/** The protected prefixes that exist in the site, by the gate's rule. In a single-page site, every path exists. */
function findProtected({ protect, single }: Config, paths: readonly string[]): readonly string[] {
  return protect.filter((prefix) => single || paths.some((path) => isUnder(path, [prefix])));
}

/** Only a warning: most readers who are sent a link don't read a site's scripts. */
async function warnOfLeaks({ siteDir = SAMPLE_DIR, protect }: Config, paths: readonly string[]): Promise<void> {
  const leaks = await findUnprotectedData(siteDir, paths, protect);
  const [one] = leaks;
  if (!one) return;
  const pages = leaks.length > 1 ? `${leaks.length} pages` : 'one page';
  console.warn(
    `Text of ${pages} behind the gate is also in unprotected files: ${one.file}, which anyone can load, has text of ${one.page}. ` +
      'Put the whole site behind the gate (--protect /), or build the protected part separately.',
  );
}

/** Their names are hard to guess, but a reader can pass on the address. */
async function warnOfOpenMedia({ siteDir = SAMPLE_DIR, protect }: Config, paths: readonly string[]): Promise<void> {
  const files = await findUnprotectedMedia(siteDir, paths, protect);
  if (files.length === 0) return;
  const others = files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : '';
  console.warn(
    `Anyone who has the address can load files that only pages behind the gate use: ${files.slice(0, MOST_NAMED).join(', ')}${others}. ` +
      'Put them under a protected path, or the whole site behind the gate (--protect /).',
  );
}

async function listen(
  config: Config,
  mayMove: boolean,
  start: (config: Config) => Promise<RunningServer>,
): Promise<RunningServer> {
  for (let port = config.port; ; port++)
    try {
      return await start({ ...config, port });
    } catch (error) {
      // The metrics have a port, too, and it doesn't move.
      const cause = (error as Error).cause as (NodeJS.ErrnoException & { readonly port?: number }) | undefined;
      const isTaken = cause?.code === 'EADDRINUSE' && cause.port === port;
      if (!mayMove || !isTaken || port >= config.port + OTHER_PORTS) throw error;
    }
}
