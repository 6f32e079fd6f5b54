// The assets for the heartbeat in a page: the page library's version, and whether the site has its own worker.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Assets {
  /** Version of everything that is injected. It is part of the ETag of pages that contain it. */
  readonly version: string;
  /** `none`: the site registers its own worker. */
  readonly worker: 'none' | undefined;
}

/** A site with such a file registers its own worker. */
const WORKER_FILE = /^(?:sw|service-?worker|.+-sw)\.m?js$/i;

/** Works without a build, too: then the hash is that of an empty file. */
export function readAssets(buildDir: string, siteDir: string): Assets {
  const integrity = readIntegrity(buildDir);
  const hasWorker = listFiles(siteDir).some((file) => WORKER_FILE.test(file));
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

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
