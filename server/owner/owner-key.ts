// Makes, checks and revokes the keys of the owner's browsers. A key is 192 random bits, and the store has only its hash.
import { createHash, randomBytes } from 'node:crypto';
import type { OwnerKeyKind, OwnerKeys } from '../store/owner-keys.ts';

const KEY_BYTES = 24;
const LIFE_MS: Readonly<Record<OwnerKeyKind, number>> = { code: 15 * 60_000, login: 12 * 3_600_000 };

/** How long a login lasts, in seconds. */
export const LOGIN_SECONDS = LIFE_MS.login / 1000;

/** Makes a key that is valid from `nowMs` (epoch milliseconds): a code for 15 minutes, a login for 12 hours. */
export async function makeOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, nowMs: number): Promise<string> {
  const key = randomBytes(KEY_BYTES).toString('base64url');
  await keys.add({ kind, hash: hashOf(key) }, nowMs + LIFE_MS[kind], nowMs);
  return key;
}

export function isValidOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, key: string, nowMs: number): Promise<boolean> {
  return keys.has({ kind, hash: hashOf(key) }, nowMs);
}

/** Resolves with whether the key was valid until now. */
export function revokeOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, key: string, nowMs: number): Promise<boolean> {
  return keys.remove({ kind, hash: hashOf(key) }, nowMs);
}

/**
 * The address that logs in one browser. The code is in the fragment, which no browser sends to a server.
 * @param site with a slash at its end.
 */
export function ownerLink(site: string, code: string): string {
  return `${site}owner#${code}`;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
