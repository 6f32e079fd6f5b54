// The owner's API: erasing a reader, and everything about one as a file.
import { Readable } from 'node:stream';
import type { Router, RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import type { ErasureList } from '../../sw/protocol/owner-api.ts';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import type { SessionStore } from '../store/session-store.ts';
import { eraseReader, previewErasure, type ErasureParts } from './erase-reader.ts';
import { viewKept } from './kept-view.ts';
import { readReader } from './parameters.ts';
import { walkSessions } from './walk-sessions.ts';
import { writeReader } from './write-reader.ts';

export interface ErasureRouteParts extends Pick<ErasureParts, 'findOtherRows'> {
  readonly store: Pick<SessionStore, 'erasures' | 'totals' | 'searchSessions' | 'listSpans'>;
  /** The check before each route. */
  readonly owner: Middleware;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addErasureRoutes(router: Router, { store, findOtherRows, owner, now }: ErasureRouteParts): void {
  const parts: ErasureParts = { store, findOtherRows };

  router.delete('/api/readers/:reader', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    ctx.body = await eraseReader(parts, await findAddress(ctx), now());
  });

  router.get('/api/readers/:reader/erasure', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    ctx.body = await previewErasure(parts, await findAddress(ctx), now());
  });

  router.get('/api/readers/:reader/export', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    const email = await findAddress(ctx);
    ctx.attachment('reader.json');
    ctx.type = 'json';
    const sessions = walkSessions(store, { filter: { reader: { email } }, sort: 'start' }, now());
    ctx.body = Readable.from(
      writeReader(store, sessions, viewKept(email, await store.erasures.findKept(email)), now()),
    );
  });

  router.get('/api/erasures', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    ctx.body = { outstanding: await store.erasures.listOutstanding() } satisfies ErasureList;
  });

  /** An address needs no record: who has none is erased already. */
  async function findAddress(ctx: RouterContext): Promise<string> {
    const which = readReader(ctx.params['reader'] ?? '');
    const email = which && ('email' in which ? which.email : (await store.totals.findReader(which))?.email);
    if (email === undefined) throw new HttpError(404, 'There is no reader with this address or id');
    return email;
  }
}
