// The page library as a page names it: what a policy of the site may ask for.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Library {
  /** Of its content: pages that name it change with it. */
  readonly version: string;
  /** For `integrity`, and for a policy that names scripts by their hash. */
  readonly integrity: string;
}

/** Without a build there is nothing to be named. */
export function readLibrary(buildDir: string): Library {
  const integrity = `sha256-${createHash('sha256')
    .update(readText(join(buildDir, 'stillhere.js')))
    .digest('base64')}`;
  return { integrity, version: integrity.slice(-13, -1) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
