// All files of a site, by the paths that they are asked for with.
import { glob } from 'node:fs/promises';

/** In order, each with a slash in front; hidden ones and those without an extension are left out. */
export async function listSite(siteDir: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const file of glob('**/*.*', { cwd: siteDir })) paths.push(`/${file.replaceAll('\\', '/')}`);
  return paths.toSorted();
}
