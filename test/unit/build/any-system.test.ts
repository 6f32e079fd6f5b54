// What builds and scripts need, so that they run on Windows and macOS, too.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findScript } from '../../../build/find-script.ts';
import { listFiles, toUrlPaths } from '../../../build/list-files.ts';

const ROOT = join(import.meta.dirname, '../../..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

it('lists of files are the same on Windows', () => {
  expect(toUrlPaths([String.raw`portfolio\index.html`, 'index.html', String.raw`assets\a.js`])).toEqual([
    'assets/a.js',
    'index.html',
    'portfolio/index.html',
  ]);
});

it('a list of files leaves out what it is told to, also in folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stillhere-list-'));
  try {
    for (const name of ['a/b', 'icons']) mkdirSync(join(folder, name), { recursive: true });
    for (const file of ['sw.js', 'a/b/c.js', 'a/c.css', 'icons/d.js']) writeFileSync(join(folder, file), '');
    expect(listFiles('**/*.js', folder, ['icons/**', 'sw.js'])).toEqual(['a/b/c.js']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it.for(['vitest', 'publint', 'typescript'])('the script of the command that %s installs is found', (name) => {
  expect(existsSync(findScript(name, name === 'typescript' ? 'tsc' : name))).toBe(true);
  expect(() => findScript(name, 'missing')).toThrow('no command missing');
});

/** Of a shell of Unix: patterns, variables, single quotes, substitutions. */
const SHELL = /[*?$'`;~]|\|(?!\|)|(?<!&)&(?!&)/;
const COMMANDS = ['npm', 'node', 'vite', 'vitest', 'tsc', 'oxlint', 'prettier', 'knip', 'size-limit'];

it.for(Object.entries(scripts))('npm run %s needs no shell of Unix: %s', ([, script]) => {
  expect(script).not.toMatch(SHELL);
  for (const command of script.split('&&')) expect(COMMANDS).toContain(command.trim().split(' ')[0]);
});

it('files have the same line endings everywhere', () => {
  expect(readFileSync(join(ROOT, '.gitattributes'), 'utf8')).toMatch(/^\* text=auto eol=lf$/m);
});
