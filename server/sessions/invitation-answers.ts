// The answers of the owner's API about personal links, as schemas.
import * as v from 'valibot';
import type { CreatedInvitation, InvitationList } from '../../sw/protocol/invitation-api.ts';
import { answer, count, time } from './answer-schema.ts';

const ENTRIES = {
  id: v.string(),
  email: v.string(),
  pages: v.pipe(v.nullable(v.string()), v.description('It only opens pages below this path; null: all pages')),
  created: time,
  expires: time,
  opened: v.pipe(v.nullable(time), v.description('When its link was first opened; null: never')),
  sessions: v.pipe(count, v.description('Sessions that were made by it: one for each browser')),
  state: v.pipe(
    v.picklist(['unopened', 'opened', 'used', 'read']),
    v.description('used: a reader has come by it; read: and was there for at least 5 s'),
  ),
};

/** By the name that the OpenAPI document has for them. */
export const INVITATION_ANSWERS = {
  InvitationList: answer<InvitationList>()(v.strictObject({ invitations: v.array(v.strictObject(ENTRIES)) })),
  CreatedInvitation: answer<CreatedInvitation>()(
    v.strictObject({ ...ENTRIES, link: v.pipe(v.string(), v.description('Is shown only once')) }),
  ),
};
