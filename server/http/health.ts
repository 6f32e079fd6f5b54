// Health checks for monitoring.
import type { Router } from '@koa/router';
import { isOwner } from '../access/require-owner.ts';
import type { Mirror } from '../nocodb/mirror.ts';
import type { SessionStore } from '../store/session-store.ts';
import { HttpFailure } from './http-failure.ts';

/**
 * `/healthz`: the process answers. `/readyz`: so does the store; NocoDB's state is reported, but readers don't need it. Why
 * NocoDB can't be written to may name hosts inside a network: only the owner is told.
 * @param mirror undefined: there is none.
 */
export function addHealthRoutes(
  router: Router,
  store: Pick<SessionStore, 'check'>,
  mirror: Pick<Mirror, 'status'> | undefined,
  ownerToken: string,
): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    await store.check().catch((cause: unknown) => {
      throw new HttpFailure(503, 'The store does not answer', { cause });
    });
    const trouble = mirror?.status().trouble;
    const said = isOwner(ctx, ownerToken) ? trouble : trouble && 'trouble';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { status: 'ready', store: 'ok', nocodb: mirror ? (said ?? 'ok') : 'off' };
  });
}
