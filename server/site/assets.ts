// The assets for the heartbeat in a page: the page library's version, and whether the site has its own worker.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOwnWorkers } from './own-workers.ts';

export interface Assets {
  /** Version of everything that is injected. It is part of the ETag of pages that contain it. */
  readonly version: string;
  /** `none`: the site registers its own worker. */
  readonly worker: 'none' | undefined;
}

/** Works without a build, too: then the hash is that of an empty file. */
export function readAssets(buildDir: string, siteDir: string, protect: readonly string[]): Assets {
  const integrity = readIntegrity(buildDir);
  const hasWorker = findOwnWorkers(siteDir, protect).length > 0;
  return { version: `${integrity.slice(-13, -1)}${hasWorker ? 'n' : ''}`, worker: hasWorker ? 'none' : undefined };
}

/** Hash of the page library, in the format of an `integrity` attribute. */
export function readIntegrity(buildDir: string): string {
  const script = readText(join(buildDir, 'stillhere.js'));
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
