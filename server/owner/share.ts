// Makes a link that shows a colleague what was read.
import { HttpError } from '../http/http-error.ts';
import { hashOfKey, makeKey, makeLinkId } from '../store/key-hash.ts';
import type { Share, Shares } from '../store/shares.ts';
import { shareLink } from './owner-key.ts';

/** Each is one link that an owner sends somebody; more are a mistake. */
const MOST_SHARES = 500;

/**
 * The link is shown once: the store has no token.
 * @param ownerUrl where the owner's pages are, without a slash at its end.
 * @param nowMs epoch milliseconds.
 * @throws HttpError 409 if there are too many.
 */
export async function makeShare(
  shares: Shares,
  options: Pick<Share, 'pages' | 'label' | 'untilMs'>,
  ownerUrl: string,
  nowMs: number,
): Promise<{ readonly share: Share; readonly link: string }> {
  if ((await shares.list()).length >= MOST_SHARES)
    throw new HttpError(409, `There are ${MOST_SHARES} shared links already: revoke those that are not needed`);
  const token = makeKey();
  const { pages, label, untilMs } = options;
  const share = { id: makeLinkId(), pages, label, untilMs, createdMs: nowMs };
  await shares.add({ ...share, hash: hashOfKey(token) });
  return { share: { ...share, revokedMs: null, lastUsedMs: null }, link: shareLink(ownerUrl, token) };
}
