// Snippets of the README, to be run as they stand there.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The first block of that language that contains `part`. */
export async function readSnippet(language: string, part: string): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const blocks = readme.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  const found = [...blocks].find(([, its, text]) => its === language && text?.includes(part));
  if (found?.[2] === undefined) throw new Error(`README.md has no ${language} block with ${part}`);
  return found[2];
}
