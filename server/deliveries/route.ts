// POST /api/session-heartbeat, on Koa: in a host's server, and for deliveries that direct-route.ts leaves to it.
import type { Router } from '@koa/router';
import { HEARTBEAT_PATH, SESSION_COOKIE } from '../../sw/protocol/delivery.ts';
import { MAX_BODY_BYTES } from '../../sw/protocol/limits.ts';
import { readText } from '../http/body.ts';
import type { AnswerDelivery } from './answer-delivery.ts';

export function addHeartbeatRoute(router: Router, answer: AnswerDelivery): void {
  router.post(HEARTBEAT_PATH, async (ctx) => {
    ctx.body = await answer({
      ip: ctx.ip,
      readBody: () => readText(ctx, MAX_BODY_BYTES),
      readSession: () => ctx.cookies.get(SESSION_COOKIE) ?? '',
    });
  });
}
