#!/usr/bin/env node
// The commands (the only user of commander). Reads .env. Exit codes: 0 done, 1 failed, 2 wrong usage.
import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { nocodb } from './commands/nocodb.ts';
import { serve } from './commands/serve.ts';
import { listSessions } from './commands/sessions.ts';
import { printSnippet } from './commands/snippet.ts';
import { ConfigError } from './config/config.ts';
import { PACKAGE_VERSION } from './config/package-root.ts';
import { flagOf, SETTINGS, variableOf, type Setting } from './config/settings.ts';
import { buildIfStale } from './commands/build.ts';

const program = new Command('stillhere')
  .description('Tells the owner of a gated page who read it and for how long.')
  .version(PACKAGE_VERSION)
  .addHelpText(
    'after',
    '\nEach setting is also an environment variable, or a line in a file .env: docs/configuration.md.',
  )
  .exitOverride()
  .showHelpAfterError('(stillhere --help lists commands and options)');

const serveCommand = program
  .command('serve')
  .description('serve a built site, with a gate in front of parts of it')
  .argument('[dir]', 'the folder of the built site');
for (const option of settingFlags()) serveCommand.addOption(option);
serveCommand.option('--open', 'open it in the browser').action(serve);

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

/** Each setting but the folder, which is an argument, and secrets, which don't belong on a command line. */
function settingFlags(): readonly Option[] {
  return Object.entries<Setting>(SETTINGS)
    .filter(([name, { isSecret }]) => name !== 'siteDir' && !isSecret)
    .map(([name, { about, kind, otherwise, default: value }]) => {
      const fallback = otherwise ?? value;
      const more = fallback && kind !== 'switch' ? ` (default: ${fallback})` : '';
      const operand = kind === 'switch' ? '' : ` <${kind}>`;
      return new Option(flagOf(name) + operand, `${about}${more} [${variableOf(name)}]`.replaceAll('`', ''));
    });
}

try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  await program.parseAsync();
} catch (error) {
  // It has said already what it means.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  console.error(error instanceof ConfigError ? error.message : ((error as Error).stack ?? error));
  process.exit(1);
}
