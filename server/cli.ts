#!/usr/bin/env node
// The commands (the only user of commander). Reads .env, prints for a person or a program, ends the process: 0 done, 1 failed,
// 2 asked wrongly.
import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { nocodb } from './commands/nocodb.ts';
import { serve } from './commands/serve.ts';
import { listSessions } from './commands/sessions.ts';
import { printSnippet } from './commands/snippet.ts';
import { ConfigError } from './config/config.ts';
import { PACKAGE_VERSION } from './config/package-root.ts';
import { buildIfStale } from './commands/build.ts';

const program = new Command('stillhere')
  .description('Tells the owner of a gated page who read it and for how long.')
  .version(PACKAGE_VERSION)
  .addHelpText('after', '\nWhatever has no option is a variable of the environment, or of a file .env.')
  .exitOverride()
  .showHelpAfterError('(stillhere --help says what there is)');

program
  .command('serve')
  .description('serve a built site, with a gate before parts of it')
  .argument('[dir]', 'the folder of the built site')
  .option('--protect <paths>', 'path prefixes behind the gate, separated by commas, like /confidential/')
  .option(
    '--allow <list>',
    'e-mail addresses and domains that the gate lets in, separated by commas; by default everyone',
  )
  .option('--host <address>', 'where to listen (default: 127.0.0.1)')
  .option('--port <number>', 'where to listen (default: 8080, or the next one that is free)')
  .option('--store-url <url>', 'file: and the path of the SQLite file (default: file:data/stillhere.db)')
  .option('--access-hours <hours>', 'how long access lasts (default: 24)')
  .option('--public-url <url>', 'the address of the site as its readers see it')
  .option('--trust-proxy', "a proxy tells the reader's address and protocol")
  .option('--single', 'a single-page site: paths without a file are shown its index.html')
  .option('--open', 'show it in the browser')
  .action(serve);

program
  .command('sessions')
  .description('list who read, until when, and for how long, newest first')
  .option('--email <address>', 'those of one reader')
  .option('--limit <count>', 'at most so many', '50')
  .option('--json', 'for a program')
  .action(listSessions);

program
  .command('snippet')
  .description('print the lines for a page that is read, with the integrity of /stillhere.js')
  .action(printSnippet);

const table = program.command('nocodb').description('the copy in NocoDB');
const inNocodb = (name: 'setup' | 'check' | 'resync', what: string): Command =>
  table
    .command(name)
    .description(what)
    .option('--json', 'for a program')
    .action((options: { readonly from?: string; readonly json?: boolean }) => nocodb(name, options));
inNocodb('setup', 'make or mend the table');
inNocodb('check', 'say what is right and wrong with it');
inNocodb('resync', 'have sessions written there anew').option('--from <date>', 'those since then, like 2026-11-24');

program
  .command('build', { hidden: true })
  .description('build what is stale')
  .action(async () => {
    if (await buildIfStale()) console.info('Built dist/.');
  });

try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  await program.parseAsync();
} catch (error) {
  // It has said already what it means.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  console.error(error instanceof ConfigError ? error.message : ((error as Error).stack ?? error));
  process.exit(1);
}
