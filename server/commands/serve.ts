// `serve`: a built site, or the sample, with the gate before parts of it.
import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { ConfigError, readConfig, type Config } from '../config/config.ts';
import type { ServeOptions } from '../config/options.ts';
import { flagOf } from '../config/settings.ts';
import { openBrowser } from './open-browser.ts';
import { readSecrets } from '../config/secrets.ts';
import { buildIfStale } from './build.ts';
import { findUnprotectedData } from '../site/unprotected-data.ts';
import { listSite } from '../site/list-site.ts';
import { isUnder } from '../http/request-path.ts';
import { SAMPLE_DIR, startServer, type RunningServer } from '../app/listen.ts';

/** Where the port is taken and nobody asked for it, so many others are tried. */
const OTHER_PORTS = 20;

/** Serves until it is told to stop; resolves when it listens. */
export async function serve(dir: string | undefined, flags: ServeOptions & { readonly open?: boolean }): Promise<void> {
  const { open, ...options } = flags;
  const say = (name: string): string => (name === 'siteDir' ? 'DIR' : flagOf(name));
  const config = readConfig(process.env, { ...options, ...(dir !== undefined && { siteDir: dir }) }, say);
  await checkSite(config);
  const paths = await listSite(config.siteDir ?? SAMPLE_DIR);
  const gated = findProtected(config, paths);
  const log = pino({ level: config.logLevel });
  const secrets = readSecrets(config);
  const server = await listen(config, options.port === undefined && !process.env['PORT'], (one) =>
    startServer(one, secrets, log),
  );

  const address = config.publicUrl?.href ?? `http://localhost:${server.port}/`;
  console.info(`Stillhere serves ${config.siteDir ?? 'its sample'} on ${address}`);
  const isSaid = options.protect !== undefined || process.env['PROTECT'] !== undefined;
  for (const path of isSaid ? config.protect.filter((one) => !gated.includes(one)) : [])
    console.warn(`There is nothing under ${path} in ${config.siteDir}: is it spelled right?`);
  console.info(
    gated.length > 0 ? `Behind the gate: ${gated.join(', ')}` : 'Nothing is behind the gate: say what with --protect.',
  );
  if (secrets.isNew)
    console.info(`Your owner's token, shown this once (kept in ${secrets.file}): ${secrets.ownerToken}`);
  if (open) openBrowser(address);
  // What can't be read isn't given out either.
  warnOfLeaks(config, paths).catch(() => {});

  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
}

/** The sample is built if need be; what somebody else has built is only looked at. */
async function checkSite({ siteDir }: Config): Promise<void> {
  if (siteDir !== undefined && !existsSync(siteDir))
    throw new ConfigError(
      `There is no folder ${siteDir}: build the site first, and name the folder that it was built into.`,
    );
  if (await buildIfStale()) console.info('Built dist/.');
  if (siteDir === undefined && !existsSync(SAMPLE_DIR))
    throw new ConfigError('There is no sample here: name the folder of a built site, like npx stillhere serve dist');
}

/** What is protected and there, by the gate's own rule. In a single-page site any path is. */
function findProtected({ protect, single }: Config, paths: readonly string[]): readonly string[] {
  return protect.filter((prefix) => single || paths.some((path) => isUnder(path, [prefix])));
}

/** It serves all the same: who reads the scripts of a site is not who is sent a link to it. */
async function warnOfLeaks({ siteDir = SAMPLE_DIR, protect }: Config, paths: readonly string[]): Promise<void> {
  const leaks = await findUnprotectedData(siteDir, paths, protect);
  const [one] = leaks;
  if (!one) return;
  const pages = leaks.length > 1 ? `${leaks.length} pages` : 'one page';
  console.warn(
    `Text of ${pages} behind the gate lies before it, too: that of ${one.page} is in ${one.file}, which anyone can load. ` +
      'Put the whole site behind the gate (--protect /), or build that part for itself.',
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
      const isTaken = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';
      if (!mayMove || !isTaken || port >= config.port + OTHER_PORTS) throw error;
    }
}
