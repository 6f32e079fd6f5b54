// Lists the files of a site by their request paths.
import { glob } from 'node:fs/promises';

/** Sorted, with a leading slash. Omits hidden files and files without an extension. */
export async function listSite(siteDir: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const file of glob('**/*.*', { cwd: siteDir })) paths.push(`/${file.replaceAll('\\', '/')}`);
  return paths.toSorted();
}
