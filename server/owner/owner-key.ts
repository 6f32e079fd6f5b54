// Makes and checks what the owner's browsers get in with. A key is 192 random bits; the store has its hash.
import { createHash, randomBytes } from 'node:crypto';
import type { OwnerKeyKind, OwnerKeys } from '../store/owner-keys.ts';

const KEY_BYTES = 24;
const LIFE_MS: Readonly<Record<OwnerKeyKind, number>> = { code: 15 * 60_000, login: 12 * 3_600_000 };

/** How long a login lasts, in seconds. */
export const LOGIN_SECONDS = LIFE_MS.login / 1000;

/** Makes a key, valid from `nowMs` (epoch milliseconds) on: a code for 15 minutes, a login for 12 hours. */
export async function makeOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, nowMs: number): Promise<string> {
  const key = randomBytes(KEY_BYTES).toString('base64url');
  await keys.add({ kind, hash: hashOf(key) }, nowMs + LIFE_MS[kind], nowMs);
  return key;
}

export function isOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, key: string, nowMs: number): Promise<boolean> {
  return keys.has({ kind, hash: hashOf(key) }, nowMs);
}

/** Ends the key. Resolves with whether it was valid. */
export function useOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, key: string, nowMs: number): Promise<boolean> {
  return keys.remove({ kind, hash: hashOf(key) }, nowMs);
}

/**
 * The address that logs in once. The code is in the fragment, which browsers send to no server.
 * @param site with a slash at its end.
 */
export function ownerLink(site: string, code: string): string {
  return `${site}owner#${code}`;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
