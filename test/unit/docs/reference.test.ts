// The reference pages name all that there is: variables, commands, options, paths. The README shows what a command prints.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { GATE_PATH, SUBMIT_PATH } from '../../../server/gate/gate-paths.ts';
import { printSessions } from '../../../server/commands/sessions.ts';
import { flagOf, SETTINGS } from '../../../server/config/settings.ts';
import { ACCESS_HEADER, END_ACCESS_PATH, HEARTBEAT_PATH, SESSION_COOKIE } from '../../../sw/protocol/delivery.ts';
import { readSnippet } from '../../helpers/read-snippet.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const run = promisify(execFile);
const SETTING_FLAGS = new Set(Object.keys(SETTINGS).map(flagOf));

const readPage = (page: string): Promise<string> => readFile(join(PROJECT, 'docs', page), 'utf8');

describe('docs/cli.md', () => {
  it.for([
    ['serve'],
    ['sessions'],
    ['snippet'],
    ['store', 'copy'],
    ['store', 'check'],
    ['store', 'backup'],
    ['nocodb', 'setup'],
    ['nocodb', 'check'],
    ['nocodb', 'resync'],
    ['webhook', 'test'],
    ['mail', 'test'],
  ])('has every option of %s', async (command) => {
    const { stdout } = await run(process.execPath, [join(PROJECT, 'server/cli.ts'), ...command, '--help']);
    const options = [...stdout.matchAll(/^ +(?:-\w, )?(--[\w-]+(?: <\w+>)?)/gm)].map(([, option = '']) => option);
    const page = await readPage('cli.md');
    expect(options).toContain('--help');
    // The settings' flags are in docs/configuration.md, which is generated.
    const own = options.filter((option) => !SETTING_FLAGS.has(option.split(' ')[0] ?? ''));
    for (const option of own) expect(page).toContain(`\`${option}\``);
    expect(page).toContain(`\`${command.join(' ')}`);
  });
});

it('docs/http-api.md has every path', async () => {
  const page = await readPage('http-api.md');
  for (const path of [GATE_PATH, SUBMIT_PATH, END_ACCESS_PATH, HEARTBEAT_PATH])
    expect(page).toContain(`### \`POST ${path}\`\n`);
  for (const path of ['/api/sessions', '/api/sessions/:id', '/healthz', '/readyz'])
    expect(page).toContain(`### \`GET ${path}\`\n`);
  for (const name of [ACCESS_HEADER, SESSION_COOKIE]) expect(page).toContain(`\`${name}\``);
});

it('README.md shows a session as `stillhere sessions` prints it', async () => {
  const shown = await readSnippet('README.md', 'text', 'ann@example.com');
  const [, from = '', until = '', read = '', page = '', id = ''] =
    /^ann@example\.com +(\S+ \S+) +(\S+ \S+) +(\S+) +(\S+) +(\S+)$/m.exec(shown) ?? [];
  const ann = {
    id,
    ref: 'ref',
    emailOfAccessor: 'ann@example.com',
    // Without a zone: the machine's own, in which they are printed.
    sessionStartTime: new Date(from).toISOString(),
    sessionEndTime: new Date(until).toISOString(),
    durationMs: Date.parse(until) - Date.parse(from),
    readingTimeMs: Date.parse(`1970-01-01T${read}Z`),
    offlineMs: 0,
    endKnownBy: 'tick' as const,
    state: 'ended' as const,
    currentPage: page,
    mirrored: false,
    excluded: false,
    identity: 'typed' as const,
    measured: true,
    accessEndedTime: null,
  };
  expect(`${printSessions([ann]).join('\n')}\n`).toBe(shown);
});
