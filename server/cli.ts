#!/usr/bin/env node
// The command line (the only user of commander). Reads .env. Exit codes: 0 success, 1 failure, 2 wrong usage.
import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { ConfigError } from './config/config.ts';
import { StoreError } from './store/store-error.ts';
import { PACKAGE_VERSION } from './config/package-root.ts';
import { flagOf, SETTINGS, variableOf, type Setting } from './config/settings.ts';

const program = new Command('stillhere')
  .description('Record who reads gated pages, and for how long.')
  .version(PACKAGE_VERSION)
  .addHelpText(
    'after',
    '\nEach setting can also be an environment variable or a line in .env; see docs/configuration.md.',
  )
  .exitOverride()
  .showHelpAfterError('(stillhere --help lists commands and options)');

const serveCommand = program
  .command('serve')
  .description('serve a built site, with parts of it behind a gate')
  .argument('[dir]', 'the folder of the built site');
for (const option of settingFlags()) serveCommand.addOption(option);
serveCommand
  .option('--open', 'open the site in the browser')
  .action(whenCalled(async () => (await import('./commands/serve.ts')).serve));

/** The filters of the API (docs/http-api.md). */
const filtered = (command: Command): Command =>
  command
    .option('--email <address>', 'only sessions of this reader')
    .option('--reader <reader>', 'the same, by address or id')
    .option('--page <page>', 'only sessions in which this page was read')
    .option('--from <time>', 'only sessions that began at this time or later, like 2026-11-24')
    .option('--to <time>', 'only sessions that began before this time')
    .option('--state <state>', 'only sessions that are reading, away, ended or opened')
    .option('--q <text>', 'only sessions with this text in the address or the current page')
    .option('--sort <order>', 'start, end or reading; the largest first');

filtered(program.command('sessions'))
  .description('list sessions, newest first: who read, until when, and for how long')
  .option('--limit <count>', 'maximum number of sessions', '50')
  .option('--json', 'print JSON')
  .action(whenCalled(async () => (await import('./commands/sessions.ts')).listSessions));

program
  .command('session')
  .description('print one session, with its visits and pages')
  .argument('<id>', 'as stillhere sessions lists it')
  .option('--json', 'print JSON, with the first spans')
  .action(whenCalled(async () => (await import('./commands/session.ts')).printSession));

for (const [name, what, list] of [
  [
    'readers',
    'list readers, with what they read in all sessions',
    whenCalled(async () => (await import('./commands/totals.ts')).listReaders),
  ],
  [
    'pages',
    'list pages, with who read them in all sessions',
    whenCalled(async () => (await import('./commands/totals.ts')).listPages),
  ],
] as const)
  program
    .command(name)
    .description(what)
    .option('--sort <order>', 'last, reading or sessions; the largest first', 'last')
    .option('--limit <count>', `maximum number of ${name}`, '50')
    .option('--json', 'print JSON')
    .action(list);

filtered(program.command('export'))
  .description('write sessions to the standard output, all of them by default')
  .option('--csv', 'as CSV')
  .option('--ndjson', 'as JSON, one session a line')
  .action(whenCalled(async () => (await import('./commands/export.ts')).writeExport));

program
  .command('report')
  .description('print what was read lately: readers, pages and days')
  .option('--since <time>', 'since when, like 24h, 7d, 4w or 2026-11-24', '7d')
  .action(whenCalled(async () => (await import('./commands/report.ts')).printReport));

program
  .command('owner-link')
  .description("print a link that logs you in to the owner's pages, once, within 15 minutes")
  .option('--revoke-all', 'end all logins and links instead')
  .action(whenCalled(async () => (await import('./commands/owner-link.ts')).printOwnerLink));

program
  .command('share')
  .description('print a link that shows a colleague what was read, without addresses')
  .option('--pages <path>', 'only what was read of pages below this path, like /report/')
  .option('--expires <time>', 'until when, like 12h, 30d, 4w or 2026-12-24 (default: 30d)')
  .option('--label <text>', 'for whom it is, for your list')
  .action(whenCalled(async () => (await import('./commands/shares.ts')).printShare));

program
  .command('shares')
  .description('list the links that show a colleague what was read')
  .option('--json', 'print JSON')
  .action(whenCalled(async () => (await import('./commands/shares.ts')).listShares));

program
  .command('unshare')
  .description('revoke such a link')
  .argument('<id>', 'as stillhere shares lists it')
  .action(whenCalled(async () => (await import('./commands/shares.ts')).revokeShare));

program
  .command('revoke')
  .description('take the access of a reader, or end that of one session')
  .argument('<who>', "the reader's e-mail address, or a session as stillhere sessions lists it")
  .option('--undo', 'let the reader pass again')
  .action(whenCalled(async () => (await import('./commands/revoke.ts')).revoke));

program
  .command('refusals')
  .description('list who was refused at the gate, and whose access you have taken')
  .option('--json', 'print JSON')
  .action(whenCalled(async () => (await import('./commands/revoke.ts')).listRefusals));

program
  .command('invite')
  .description('print a personal link that lets one reader in')
  .argument('<address>', "the reader's e-mail address")
  .option('--pages <path>', 'only to pages below this path, like /report/')
  .option('--expires <time>', 'until when, like 12h, 30d, 4w or 2026-12-24 (default: 30d)')
  .action(whenCalled(async () => (await import('./commands/invitations.ts')).printInvitation));

program
  .command('invitations')
  .description('list personal links: which were opened, and which were read')
  .option('--json', 'print JSON')
  .option('--revoke <id>', 'revoke a link instead, and end the access of those who came by it')
  .action(whenCalled(async () => (await import('./commands/invitations.ts')).listInvitations));

program
  .command('erase')
  .description('erase everything that is kept about a reader, and print what was deleted')
  .argument('<address>', "the reader's e-mail address")
  .option('--json', 'print JSON')
  .action(whenCalled(async () => (await import('./commands/erase.ts')).erase));

program
  .command('erasures')
  .description('list copies outside the store that are still to be deleted')
  .option('--json', 'print JSON')
  .action(whenCalled(async () => (await import('./commands/erase.ts')).listErasures));

const store = program.command('store').description('copy, check and back up the store');
store
  .command('copy')
  .description('copy an SQLite file to a PostgreSQL database, while the server runs; again: copy what has changed')
  .argument('<from>', 'like file:data/stillhere.db')
  .argument('<to>', 'an empty database, like postgres://user@host:5432/database')
  .action(whenCalled(async () => (await import('./commands/store.ts')).copy));
store
  .command('check')
  .description('check that all in the store is as it must be; changes nothing')
  .argument('[url]', 'of the store (default: STORE_URL)')
  .option('--json', 'print JSON')
  .action(whenCalled(async () => (await import('./commands/store.ts')).check));
store
  .command('backup')
  .description('write a backup of the SQLite file, while the server runs')
  .argument('<file>', 'a new file')
  .action(whenCalled(async () => (await import('./commands/store.ts')).backUp));

program
  .command('snippet')
  .description('print the HTML to add to a page, with the integrity hash of /stillhere.js')
  .action(whenCalled(async () => (await import('./commands/snippet.ts')).printSnippet));

const table = program.command('nocodb').description('manage the copy in NocoDB');
const inNocodb = (name: 'setup' | 'check' | 'resync', what: string): Command =>
  table
    .command(name)
    .description(what)
    .option('--json', 'print JSON')
    .action(async (options: { readonly from?: string; readonly json?: boolean }) => {
      const { nocodb } = await import('./commands/nocodb.ts');
      return nocodb(name, options);
    });
inNocodb('setup', 'create or repair the table');
inNocodb('check', 'check the connection and the table');
inNocodb('resync', 'write sessions to NocoDB again').option(
  '--from <date>',
  'only sessions since this date, like 2026-11-24',
);

program
  .command('webhook')
  .description('manage the webhook')
  .command('test')
  .description('send a test event to the receiver')
  .action(whenCalled(async () => (await import('./commands/webhook.ts')).testWebhook));

program
  .command('mail')
  .description('manage mail to the owner')
  .command('test')
  .description('send a test mail')
  .action(whenCalled(async () => (await import('./commands/mail.ts')).testMail));

program
  .command('build', { hidden: true })
  .description('build if sources have changed')
  .action(async () => {
    const { buildIfStale } = await import('./commands/build.ts');
    if (await buildIfStale()) console.info('Built dist/.');
  });

/** An action that is loaded when it is called: to load all of them takes longer than most of them take to run. */
function whenCalled<Values extends readonly unknown[]>(
  load: () => Promise<(...values: Values) => unknown>,
): (...values: Values) => Promise<void> {
  return async (...values) => {
    const action = await load();
    await action(...values);
  };
}

/** A flag for each setting, except the folder (an argument) and secrets (which don't belong on a command line). */
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
  // Commander has already printed the message.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  const isExplained = error instanceof ConfigError || error instanceof StoreError;
  console.error(isExplained ? error.message : ((error as Error).stack ?? error));
  process.exit(1);
}
