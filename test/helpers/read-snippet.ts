// Code blocks from the documentation, so that tests can run or compare them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The first block of that language in the page that contains `part`.
 * @param page the path of a Markdown file in the repository, like `docs/gate.md`.
 */
export async function readSnippet(page: string, language: string, part: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../..', page), 'utf8');
  const blocks = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  const found = [...blocks].find(([, its, block]) => its === language && block?.includes(part));
  if (found?.[2] === undefined) throw new Error(`${page} has no ${language} block with ${part}`);
  return found[2];
}
