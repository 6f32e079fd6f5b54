// What a personal link can be made with: in the API, and as options of `stillhere invite`. Pure.
import type { Invitation } from '../store/invitations.ts';
import { email } from './parameters.ts';
import { readParameters } from './read-parameters.ts';
import { endOf, SHARE } from './share-parameters.ts';

export const INVITATION = { email, pages: SHARE.pages, expires: SHARE.expires };

export type InvitationOptions = Pick<Invitation, 'email' | 'pages' | 'untilMs'>;

/**
 * @param values by the name of the parameter, as given.
 * @param nowMs epoch milliseconds.
 * @throws HttpError 400 that names the parameter and says what it must be.
 */
export function readInvitation(values: Readonly<Record<string, unknown>>, nowMs: number): InvitationOptions {
  const given = readParameters(INVITATION, { email: '', ...values });
  return { email: given.email, pages: given.pages ?? null, untilMs: endOf(given.expires, nowMs) };
}
