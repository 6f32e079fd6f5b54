// Makes, checks and revokes the keys of the owner's browsers. The store has only their hashes.
import { hashOfKey, makeKey } from '../store/key-hash.ts';
import type { OwnerKeyKind, OwnerKeys } from '../store/owner-keys.ts';

const LIFE_MS: Readonly<Record<OwnerKeyKind, number>> = { code: 15 * 60_000, login: 12 * 3_600_000 };

/** How long a login lasts, in seconds. */
export const LOGIN_SECONDS = LIFE_MS.login / 1000;

/** Makes a key that is valid from `nowMs` (epoch milliseconds): a code for 15 minutes, a login for 12 hours. */
export async function makeOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, nowMs: number): Promise<string> {
  const key = makeKey();
  await keys.add({ kind, hash: hashOfKey(key) }, nowMs + LIFE_MS[kind], nowMs);
  return key;
}

export function isValidOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, key: string, nowMs: number): Promise<boolean> {
  return keys.has({ kind, hash: hashOfKey(key) }, nowMs);
}

/** Resolves with whether the key was valid until now. */
export function revokeOwnerKey(keys: OwnerKeys, kind: OwnerKeyKind, key: string, nowMs: number): Promise<boolean> {
  return keys.remove({ kind, hash: hashOfKey(key) }, nowMs);
}

/**
 * The address that logs in one browser. The code is in the fragment, which no browser sends to a server.
 * @param pages where the owner's pages are, without a slash at its end.
 */
export function ownerLink(pages: string, code: string): string {
  return `${pages}#${code}`;
}

/** The address that shows a colleague what was read, by the token of a share. */
export function shareLink(pages: string, token: string): string {
  return ownerLink(pages, `share=${token}`);
}
