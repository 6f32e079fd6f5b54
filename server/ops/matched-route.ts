// The pattern of the route that a request was for, like `/api/sessions/:id`: for the log and the metrics, which must not have the path.
import type { Context } from 'koa';

interface Layer {
  readonly path: string;
  /** Empty: it is middleware for every path. */
  readonly methods: readonly string[];
}

/** Undefined: the request was for none of Stillhere's routes. `_matchedRoute` is no help: middleware that refuses a request is a route there. */
export function matchedRoute(ctx: Context): string | undefined {
  const layers = ctx['matched'] as readonly Layer[] | undefined;
  return layers?.findLast(({ methods }) => methods.length > 0)?.path;
}
