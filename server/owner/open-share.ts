// Finds the share that a token opens.
import { HttpError } from '../http/http-error.ts';
import { hashOfKey } from '../store/key-hash.ts';
import type { Share, Shares } from '../store/shares.ts';

/** Its last use is stored so often at most. */
const USE_EVERY_MS = 60_000;

/**
 * @param nowMs epoch milliseconds.
 * @throws HttpError 401 that says why the link shows nothing.
 */
export async function openShare(shares: Shares, token: string, nowMs: number): Promise<Share> {
  const share = await shares.find(hashOfKey(token));
  if (!share) throw new HttpError(401, 'This link is not valid. Ask whoever sent it for another');
  if (share.revokedMs !== null) throw new HttpError(401, 'This link was revoked. Ask whoever sent it for another');
  if (share.untilMs <= nowMs) {
    const day = new Date(share.untilMs).toISOString().slice(0, 10);
    throw new HttpError(401, `This link expired on ${day}. Ask whoever sent it for another`);
  }
  if (share.lastUsedMs === null || share.lastUsedMs <= nowMs - USE_EVERY_MS)
    await shares.setUsed(share.id, nowMs).catch(() => {
      // The owner only sees an earlier use.
    });
  return share;
}
