// The owner's API: who is let in no more, and who was refused.
import type { Router, RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import type { RefusalList } from '../../sw/protocol/owner-api.ts';
import { HttpError } from '../http/http-error.ts';
import { readKnownQuery } from '../http/query.ts';
import type { SessionStore } from '../store/session-store.ts';
import { readReader } from './parameters.ts';
import { iso } from './views.ts';

export interface AccessRouteParts {
  readonly store: Pick<SessionStore, 'blockedReaders' | 'refusals' | 'totals' | 'findSession' | 'endAccess'>;
  /** The check before each route. */
  readonly owner: Middleware;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

export function addAccessRoutes(router: Router, { store, owner, now }: AccessRouteParts): void {
  const { blockedReaders, refusals, totals } = store;

  router.delete('/api/sessions/:id/access', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    const session = await store.findSession(ctx.params['id'] ?? '');
    if (!session) throw new HttpError(404, 'There is no session with this id');
    await store.endAccess(session.id, now());
    ctx.body = { success: true };
  });

  router.delete('/api/readers/:reader/access', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    await blockedReaders.block(await findAddress(ctx), now());
    ctx.body = { success: true };
  });

  router.put('/api/readers/:reader/access', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    await blockedReaders.allow(await findAddress(ctx));
    ctx.body = { success: true };
  });

  router.get('/api/refusals', owner, async (ctx) => {
    readKnownQuery(ctx, []);
    const blocked = await blockedReaders.list();
    ctx.body = {
      refused: (await refusals.listAddresses()).map(({ email, tries, firstMs, lastMs }) => ({
        emailOfAccessor: email,
        tries,
        firstTry: iso(firstMs),
        lastTry: iso(lastMs),
      })),
      blocked: await Promise.all(
        blocked.map(async ({ email, sinceMs }) => ({
          id: await totals.readerIdOf(email),
          emailOfAccessor: email,
          since: iso(sinceMs),
        })),
      ),
    } satisfies RefusalList;
  });

  /** An address needs no record: who has never come can be blocked, too. The id of a blocked reader is known without one. */
  async function findAddress(ctx: RouterContext): Promise<string> {
    const which = readReader(ctx.params['reader'] ?? '');
    if (which && 'email' in which) return which.email;
    const found = which && ((await totals.findReader(which))?.email ?? (await findBlocked(which.id)));
    if (found === undefined) throw new HttpError(404, 'There is no reader with this address or id');
    return found;
  }

  async function findBlocked(id: string): Promise<string | undefined> {
    for (const { email } of await blockedReaders.list()) if ((await totals.readerIdOf(email)) === id) return email;
    return undefined;
  }
}
