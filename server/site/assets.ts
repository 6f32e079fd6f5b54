// The heartbeat as it is put into a page: what a policy of the site may ask for, and what its own worker does.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Assets {
  /** Of all that is put in: pages that have it change with it. */
  readonly version: string;
  /** `none`: the site registers a worker itself. */
  readonly worker: 'none' | undefined;
}

/** A site that has such a file registers it itself. */
const WORKER_FILE = /^(?:sw|service-?worker|.+-sw)\.m?js$/i;

/** Without a build there is nothing to be named. */
export function readAssets(buildDir: string, siteDir: string): Assets {
  const integrity = readIntegrity(buildDir);
  const hasWorker = listFiles(siteDir).some((file) => WORKER_FILE.test(file));
  return { version: `${integrity.slice(-13, -1)}${hasWorker ? 'n' : ''}`, worker: hasWorker ? 'none' : undefined };
}

/** Of the page library, as an `integrity` attribute has it. */
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
