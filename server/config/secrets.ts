// The two secrets that a bare `npm start` makes for itself, kept beside the store.
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import sjson from 'secure-json-parse';
import * as v from 'valibot';
import { closeToOthers } from '../store/private-file.ts';
import { ConfigError, type Config } from './config.ts';
import { password } from './settings.ts';

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
 * @throws ConfigError when that file can't be read, isn't ours, or can't be written; or when the store is no file.
 */
export function readSecrets(config: Pick<Config, 'secret' | 'ownerToken' | 'storeFile'>): Secrets {
  const { secret, ownerToken } = config;
  if (secret && ownerToken) return { secret, ownerToken, isNew: false };
  if (config.storeFile === undefined)
    throw new ConfigError(
      'SECRET, OWNER_TOKEN: must be set, because they are kept beside a store that is a file, and this one is a database. ' +
        'Each must have at least 32 characters: openssl rand -base64 32',
    );
  const file = `${config.storeFile}.secrets.json`;
  const found = readKept(file);
  const made = found ? undefined : makeKept(file);
  // Of two servers that start at once for the first time one makes them, and both have the same.
  const kept = found ?? made ?? readKept(file);
  if (!kept) throw new ConfigError(`${file} was there and is gone: start again`);
  closeToOthers(file);
  return {
    secret: secret ?? kept.secret,
    ownerToken: ownerToken ?? kept.ownerToken,
    isNew: made !== undefined && !ownerToken,
    file,
  };
}

function readKept(file: string): v.InferOutput<typeof Kept> | undefined {
  const unusable = `The file ${file} can't be used: correct it, or delete it so that new secrets are made.`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(unusable, { cause });
  }
  const kept = v.safeParse(Kept, sjson.safeParse(text));
  // Without what the parser says: it has parts of the file in it.
  if (!kept.success) throw new ConfigError(unusable);
  return kept.output;
}

/** Undefined: another process was faster. The file appears whole or not at all. */
function makeKept(file: string): v.InferOutput<typeof Kept> | undefined {
  const made = { secret: randomBytes(32).toString('base64url'), ownerToken: randomBytes(24).toString('base64url') };
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new ConfigError(
      `The secrets can't be kept in ${dirname(file)}: ${(cause as Error).message}. Give this user write access to the folder, ` +
        'or set SECRET and OWNER_TOKEN.',
      { cause },
    );
  }
  try {
    linkSync(draft, file);
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    rmSync(draft);
  }
}
