// What the OpenAPI document says of personal links.
import { INVITATION } from './invitation-parameters.ts';
import { BAD_PARAMETER, bodyOf, NOT_FOUND, type Operations } from './operation.ts';

export const INVITATION_PATHS: Readonly<Record<string, Operations>> = {
  '/api/invitations': {
    get: { summary: 'Personal links by which readers come', answer: 'InvitationList', failures: BAD_PARAMETER },
    post: {
      summary: 'Make such a link',
      answer: 'CreatedInvitation',
      body: bodyOf(INVITATION, ['email']),
      failures: {
        ...BAD_PARAMETER,
        409: 'There are too many, its reader is blocked, or it is not known where readers see the site',
      },
    },
  },
  '/api/invitations/{invitation}': {
    delete: {
      summary: 'Revoke a link, and end the access of those who came by it',
      answer: 'Success',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
  },
};
