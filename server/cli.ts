// The commands: `start` and `build`. Reads the environment (and .env), prints for a person, ends the process.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { ConfigError, readConfig } from './config.ts';
import { readSecrets } from './secrets.ts';
import { buildIfStale } from './site/build.ts';
import { startServer } from './start.ts';

const USAGE = `Usage: node server/cli.ts <command>

  start   build what is stale, then serve
  build   build what is stale`;

const commands: Record<string, () => Promise<void>> = { start, build };

const [name = ''] = parseArgs({ allowPositionals: true }).positionals;
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) fail(USAGE);
else
  await command().catch((error: unknown) =>
    fail(error instanceof ConfigError ? error.message : String((error as Error).stack ?? error)),
  );

async function build(): Promise<void> {
  if (await buildIfStale()) console.info('Built dist/.');
}

async function start(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  await build();
  const log = pino({ level: config.logLevel });
  const secrets = readSecrets(config);
  const server = await startServer(config, secrets, log);

  const address = config.publicUrl?.href ?? `http://localhost:${server.port}`;
  console.info(`Stillhere serves on ${address}`);
  if (secrets.isNew)
    console.info(`Your owner's token, shown this once (kept in ${secrets.file}): ${secrets.ownerToken}`);

  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(String(error)),
      );
    });
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
