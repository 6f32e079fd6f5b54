// The owner's API: personal links by which readers come.
import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { CreatedInvitation, InvitationList } from '../../sw/protocol/invitation-api.ts';
import { readFields } from '../http/body.ts';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import { makeInvitation } from './make-invitation.ts';
import type { SessionStore } from '../store/session-store.ts';
import { INVITATION, readInvitation } from './invitation-parameters.ts';
import { viewInvitation } from './invitation-view.ts';

const MAX_BYTES = 16 * 1024;
const NAMES = Object.keys(INVITATION) as (keyof typeof INVITATION)[];

export interface InviteRouteParts {
  /** The check before each route. */
  readonly owner: Middleware;
  /** Path prefixes behind the gate. */
  readonly protect: readonly string[];
  /** Where readers see the site, without a slash at its end; undefined: it isn't known. */
  readonly siteUrl: (ctx: Context) => string | undefined;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addInviteRoutes(
  router: Router,
  store: Pick<SessionStore, 'invitations' | 'blockedReaders'>,
  parts: InviteRouteParts,
): void {
  const { invitations } = store;
  const { owner, protect, siteUrl, now } = parts;

  router.get('/api/invitations', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    ctx.body = { invitations: (await invitations.list()).map(viewInvitation) } satisfies InvitationList;
  });

  router.post('/api/invitations', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    const options = readInvitation(await readFields(ctx, NAMES, MAX_BYTES), now());
    refuseOpenPages(options.pages, protect);
    const site = siteUrl(ctx);
    if (site === undefined) throw new HttpError(409, 'Set PUBLIC_URL: it is not known where readers see the site');
    const { invitation, link } = await makeInvitation(store, options, site, now());
    ctx.body = { ...viewInvitation(invitation), link } satisfies CreatedInvitation;
  });

  router.delete('/api/invitations/:id', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    if (!(await invitations.revoke(ctx.params['id'] ?? '', now())))
      throw new HttpError(404, 'There is no invitation with this id');
    ctx.body = { success: true };
  });
}

/** @throws HttpError 400 if nothing below the path is behind the gate, so that the link would open nothing. */
function refuseOpenPages(pages: string | null, protect: readonly string[]): void {
  const path = pages?.toLowerCase();
  if (path === undefined || protect.some((prefix) => path.startsWith(prefix) || prefix.startsWith(path))) return;
  throw new HttpError(400, `pages: must be a path behind the gate, which protects ${protect.join(', ')}`);
}
