// For whoever watches over the server.
import type { Router } from '@koa/router';
import type { Mirror } from '../nocodb/mirror.ts';
import type { SessionStore } from '../store/session-store.ts';
import { HttpFailure } from './http-failure.ts';

/**
 * `/healthz`: the process answers. `/readyz`: so does the store. NocoDB is told of, but readers don't need it.
 * @param mirror undefined: there is none.
 */
export function addHealthRoutes(
  router: Router,
  store: Pick<SessionStore, 'check'>,
  mirror: Pick<Mirror, 'status'> | undefined,
): void {
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', async (ctx) => {
    await store.check().catch((cause: unknown) => {
      throw new HttpFailure(503, 'The store does not answer', { cause });
    });
    ctx.body = { status: 'ready', store: 'ok', nocodb: mirror ? (mirror.status().trouble ?? 'ok') : 'off' };
  });
}
