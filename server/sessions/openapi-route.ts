// The owner's API: its OpenAPI document.
import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { readKnownQuery } from '../http/query.ts';
import { describeApi } from './openapi.ts';

export function addOpenApiRoute(router: Router, viewer: Middleware): void {
  let document: object | undefined;
  router.get('/api/openapi.json', viewer, (ctx) => {
    readKnownQuery(ctx, []);
    ctx.body = document ??= describeApi();
  });
}
