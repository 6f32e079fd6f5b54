// Health checks for monitoring.
import type { Router } from '@koa/router';
import { isOwner } from '../owner/require-owner.ts';
import type { MirrorStatus } from '../nocodb/mirror-status.ts';
import type { Mirror } from '../nocodb/mirror.ts';
import type { SessionStore } from '../store/session-store.ts';
import { HttpError } from '../http/http-error.ts';
import { iso } from '../sessions/views.ts';

/**
 * `/healthz`: the process answers. `/readyz`: the store answers, too. It also reports NocoDB's state, which doesn't
 * affect readiness. NocoDB's error may name internal hosts, so only the owner sees it.
 * @param mirror undefined if NocoDB is not configured.
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
      throw new HttpError(503, 'The store does not answer', { cause });
    });
    ctx.set('Cache-Control', 'no-store');
    const ready = { status: 'ready', store: 'ok' };
    if (!mirror) ctx.body = { ...ready, nocodb: 'off' };
    else if (!isOwner(ctx, ownerToken)) ctx.body = { ...ready, nocodb: mirror.status().trouble ? 'trouble' : 'ok' };
    else ctx.body = { ...ready, ...describeMirror(mirror.status()) };
  });
}

/** Sessions that don't fit the monthly limit or can't be written are reported here and by `stillhere nocodb check`. */
function describeMirror({ trouble, waiting, oldestWaitingMs, nextRequestAtMs, leftOut }: MirrorStatus): object {
  return {
    nocodb: trouble ?? 'ok',
    waiting,
    oldestWaiting: oldestWaitingMs === undefined ? null : iso(oldestWaitingMs),
    nextRequestAt: nextRequestAtMs === undefined ? null : iso(nextRequestAtMs),
    leftOut,
  };
}
