// The owner's API: its OpenAPI document.
import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { readKnownQuery } from '../http/query.ts';
import { describeApi } from './openapi.ts';

/** @param base the path under which the site lies; empty at the root. */
export function addOpenApiRoute(router: Router, viewer: Middleware, base: string): void {
  let document: object | undefined;
  router.get('/api/openapi.json', viewer, (ctx) => {
    readKnownQuery(ctx, []);
    ctx.body = document ??= describeApi(base);
  });
}
