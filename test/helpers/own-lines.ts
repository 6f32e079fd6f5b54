// The lines that a site's owner adds for Stillhere and removes when uninstalling. A comment `stillhere` marks them: at
// the end of the line, or in HTML (where Prettier moves it) on the line above.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Line {
  /** Without the comment. */
  readonly text: string;
  readonly isOurs: boolean;
}

const COMMENT = /\s*(?:\/\/ stillhere|<!-- stillhere -->|\{\/\* stillhere \*\/\})$/;
const SOURCES = '**/*.{html,js,jsx,ts,astro,vue,svelte}';

/** The non-empty lines of a site's files. */
export function readLines(folder: string, files = SOURCES): readonly Line[] {
  return findFiles(folder, files).flatMap((file) =>
    markLines(readFileSync(file, 'utf8')).filter(({ text }) => text !== ''),
  );
}

/** Removes these lines from the folder's files. */
export function takeOutOurLines(folder: string): void {
  for (const file of findFiles(folder, SOURCES)) {
    const others = markLines(readFileSync(file, 'utf8')).filter(({ isOurs }) => !isOurs);
    writeFileSync(file, others.map(({ text }) => text).join('\n'));
  }
}

function markLines(source: string): readonly Line[] {
  let isNext = false;
  return source.split('\n').flatMap((line) => {
    const text = line.replace(COMMENT, '');
    const isOurs = isNext || text !== line;
    isNext = text === '' && text !== line;
    return isNext ? [] : [{ text, isOurs }];
  });
}

function findFiles(folder: string, files: string): readonly string[] {
  return globSync(files, { cwd: folder }).map((file) => join(folder, file));
}
