// The two secrets that a bare `npm start` makes for itself, kept beside the store.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { Config } from './config.ts';
import { password } from './variables.ts';

export interface Secrets {
  readonly secret: string;
  readonly ownerToken: string;
  /** Made just now: the owner hasn't seen the token yet. */
  readonly isNew: boolean;
  /** Where they are kept; undefined when both come from the environment. */
  readonly file?: string;
}

/** As of the environment. An empty token would make everybody the owner. */
const Kept = v.object({ secret: password, ownerToken: password });

/**
 * The secrets of the configuration; those that it leaves out are read from `<store>.secrets.json` (mode 600), which is
 * made when it isn't there.
 * @throws when that file can't be read, isn't ours, or can't be written.
 */
export function readSecrets(config: Pick<Config, 'secret' | 'ownerToken' | 'storeFile'>): Secrets {
  const { secret, ownerToken } = config;
  if (secret && ownerToken) return { secret, ownerToken, isNew: false };
  const file = `${config.storeFile}.secrets.json`;
  const found = readKept(file);
  const kept = found ?? makeKept(file);
  return {
    secret: secret ?? kept.secret,
    ownerToken: ownerToken ?? kept.ownerToken,
    isNew: !found && !ownerToken,
    file,
  };
}

function readKept(file: string): v.InferOutput<typeof Kept> | undefined {
  try {
    return v.parse(Kept, JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} can't be used: mend it, or delete it to have new secrets made`, { cause });
  }
}

function makeKept(file: string): v.InferOutput<typeof Kept> {
  const made = { secret: randomBytes(32).toString('base64url'), ownerToken: randomBytes(24).toString('base64url') };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return made;
}
