// Files that only their owner may read: the store has the addresses of readers in it, the secrets file opens everything.
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** Makes an empty file that is the owner's alone; does nothing when it is there. */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', OWNER_ONLY));
}

/**
 * Takes a file's permissions from everybody but its owner. Does nothing on Windows, where a mode says nothing.
 * @throws when another user owns the file, and others may read it.
 */
export function closeToOthers(file: string): void {
  if (process.platform === 'win32' || (statSync(file).mode & OTHERS) === 0) return;
  try {
    chmodSync(file, OWNER_ONLY);
  } catch (cause) {
    throw new Error(`Others may read ${file}, and this user can not change that: run chmod 600 on it as its owner`, {
      cause,
    });
  }
}
