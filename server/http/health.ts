// For whoever watches over the server.
import type { Router } from '@koa/router';
import type { SessionStore } from '../store/session-store.ts';
import { HttpFailure } from './http-failure.ts';

/** `/healthz`: the process answers. `/readyz`: so does the store. */
export function addHealthRoutes(router: Router, store: Pick<SessionStore, 'check'>): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    await store.check().catch((cause: unknown) => {
      throw new HttpFailure(503, 'The store does not answer', { cause });
    });
    ctx.body = { status: 'ready', store: 'ok' };
  });
}
