// The owner's API: links that show a colleague what was read.
import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { CreatedShare, ShareList } from '../../sw/protocol/owner-api.ts';
import { readFields } from '../http/body.ts';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import type { Share, Shares } from '../store/shares.ts';
import { readShare, SHARE } from './share-parameters.ts';
import { viewShare } from './views.ts';

const MAX_SHARE_BYTES = 16 * 1024;
const NAMES = Object.keys(SHARE) as (keyof typeof SHARE)[];

export interface ShareRouteParts {
  /** The check before each route. */
  readonly owner: Middleware;
  /** Makes a share and its link. */
  readonly share: (ctx: Context, options: ReturnType<typeof readShare>) => Promise<{ share: Share; link: string }>;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addShareRoutes(router: Router, shares: Shares, { owner, share, now }: ShareRouteParts): void {
  router.get('/api/shares', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    ctx.body = { shares: (await shares.list()).map(viewShare) } satisfies ShareList;
  });

  router.post('/api/shares', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    const options = readShare(await readFields(ctx, NAMES, MAX_SHARE_BYTES), now());
    const { share: made, link } = await share(ctx, options);
    ctx.body = { ...viewShare(made), link } satisfies CreatedShare;
  });

  router.delete('/api/shares/:id', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    if (!(await shares.revoke(ctx.params['id'] ?? '', now())))
      throw new HttpError(404, 'There is no shared link with this id');
    ctx.body = { success: true };
  });
}
