// The commands `invite` and `invitations`: personal links by which readers come.
import { ConfigError, readConfig } from '../config/config.ts';
import { siteUrlOf } from '../config/site-url.ts';
import type { InvitationView } from '../../sw/protocol/invitation-api.ts';
import { HttpError } from '../http/http-error.ts';
import { makeInvitation } from '../sessions/make-invitation.ts';
import { readInvitation } from '../sessions/invitation-parameters.ts';
import { viewInvitation } from '../sessions/invitation-view.ts';
import { readOptions, withStore } from './existing-store.ts';
import { readAddress } from './read-address.ts';
import { localTime, textTable } from './text-table.ts';

const STATES: Readonly<Record<InvitationView['state'], string>> = {
  unopened: 'not opened yet',
  opened: 'opened',
  used: 'used',
  read: 'read',
};

export async function printInvitation(
  address: string,
  flags: { readonly pages?: string; readonly expires?: string },
): Promise<void> {
  const now = Date.now();
  const reader = readAddress(address);
  const options = readOptions(() => readInvitation({ ...flags, email: reader }, now));
  const config = readConfig(process.env);
  const siteUrl = siteUrlOf(config, `http://localhost:${config.port}`);
  if (siteUrl === undefined)
    throw new ConfigError('Set PUBLIC_URL: with OWNER_ORIGIN alone, it is not known where readers see the site.');
  const { invitation, link } = await withStore((store) => makeInvitation(store, options, siteUrl, now)).catch(
    (error: unknown) => {
      throw error instanceof HttpError ? new ConfigError(`${error.message}.`) : error;
    },
  );
  const { id, email, pages, untilMs } = invitation;
  console.info(link);
  console.info(
    `Opens ${pages === null ? 'all pages' : `pages below ${pages}`} for ${email}, until ${localTime(untilMs)}. ` +
      `It is shown only once. To revoke it: stillhere invitations --revoke ${id}`,
  );
  if (!config.publicUrl) console.error('PUBLIC_URL is not set, so the link is for this machine only.');
}

export async function listInvitations({
  json,
  revoke,
}: {
  readonly json?: boolean;
  readonly revoke?: string;
}): Promise<void> {
  if (revoke !== undefined) return revokeInvitation(revoke);
  const invitations = (await withStore((store) => store.invitations.list())).map(viewInvitation);
  if (json) return console.info(JSON.stringify({ invitations }, null, 2));
  if (invitations.length === 0) return console.info('There are no invitations.');
  const rows = invitations.map(({ id, email, pages, expires, state, sessions }) => [
    id,
    email,
    pages ?? 'all',
    localTime(expires),
    STATES[state],
    String(sessions),
  ]);
  for (const line of textTable([['id', 'reader', 'pages', 'expires', 'state', 'browsers'], ...rows]))
    console.info(line);
}

async function revokeInvitation(id: string): Promise<void> {
  if (!(await withStore((store) => store.invitations.revoke(id, Date.now()))))
    throw new ConfigError('There is no invitation with this id; stillhere invitations lists them');
  console.info('The link is revoked, and the access of those who came by it has ended.');
}
