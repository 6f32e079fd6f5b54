// Hashes of the keys that open the owner's API. A key is 192 random bits, so nobody finds one that has this hash.
import { createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 24;

export function makeKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

const ID_BYTES = 9;

/** Makes the id of a link, for lists and commands. It begins with no dash: the command line would take it for an option. */
export function makeLinkId(): string {
  for (;;) {
    const id = randomBytes(ID_BYTES).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
