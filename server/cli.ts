#!/usr/bin/env node
// The commands: `start`, `build`, `nocodb …`. Reads the environment (and .env), prints for a person, ends the process.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { ConfigError, readConfig, type Config } from './config.ts';
import { check, resync, setUp, type Report } from './nocodb/commands.ts';
import { readSecrets } from './secrets.ts';
import { buildIfStale } from './site/build.ts';
import { startServer } from './start.ts';
import { openSqliteStore } from './store/sqlite-store.ts';

const USAGE = `Usage: node server/cli.ts <command>

  start   build what is stale, then serve
  build   build what is stale
  nocodb setup                  make or mend the table in NocoDB
  nocodb check                  say what is right and wrong with it
  nocodb resync [--from DATE]   have sessions written there anew`;

const commands: Record<string, () => Promise<void>> = { start, build, nocodb };

const { positionals, values } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' } } });
const [name = '', subcommand = ''] = positionals;
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) fail(USAGE);
else
  await command().catch((error: unknown) =>
    fail(error instanceof ConfigError ? error.message : String((error as Error).stack ?? error)),
  );

async function build(): Promise<void> {
  if (await buildIfStale()) console.info('Built dist/.');
}

function configure(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env);
}

async function start(): Promise<void> {
  const config = configure();
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

async function nocodb(): Promise<void> {
  const { nocodb: noco, storeFile } = configure();
  if (!noco) fail('Set NOCODB_URL, NOCODB_TOKEN and NOCODB_BASE_ID.');
  const fromMs = values.from === undefined ? 0 : Date.parse(values.from);
  if (Number.isNaN(fromMs)) fail('--from must be a date, like 2026-11-24');
  const store = await openSqliteStore(storeFile);
  const { signal } = new AbortController();
  const run: Record<string, () => Promise<Report>> = {
    setup: () => setUp(noco, store.outbox, signal),
    check: () => check(noco, store.outbox, signal),
    resync: () => resync(store.outbox, fromMs),
  };
  const report = await (Object.hasOwn(run, subcommand) ? run[subcommand]?.() : undefined);
  await store.close();
  if (!report) fail(USAGE);
  for (const line of report.lines) console.info(line);
  if (!report.isWell) process.exit(1);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
