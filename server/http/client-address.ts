// The address of the client, as Koa's `ctx.ip` has it, for requests that don't pass Koa.
import type { IncomingMessage } from 'node:http';

/** @param trustProxy a proxy appends the address to `X-Forwarded-For`. Only the last entry is trustworthy. */
export function clientAddress({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const forwarded = String((trustProxy ? headers['x-forwarded-for'] : undefined) ?? '');
  const last = forwarded.slice(forwarded.lastIndexOf(',') + 1).trim();
  return last || (socket.remoteAddress ?? '');
}
