// Files that only their owner may read: the store holds readers' e-mail addresses, and the secrets file gives full
// access.
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** Creates an empty file with mode 600; does nothing if it exists. */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', OWNER_ONLY));
}

/**
 * Removes everyone else's permissions from a file. Does nothing on Windows, where the mode has no meaning.
 * @throws if another user owns the file and others may read it.
 */
export function closeToOthers(file: string): void {
  if (process.platform === 'win32' || (statSync(file).mode & OTHERS) === 0) return;
  try {
    chmodSync(file, OWNER_ONLY);
  } catch (cause) {
    throw new Error(`Other users can read ${file}, and this user can't change that: run chmod 600 on it as its owner`, {
      cause,
    });
  }
}
