// Names of cookies. Over https they have a prefix, and browsers take a cookie with such a name over https only, and `__Host-` only from
// this host: a neighbour on another subdomain can't plant one (RFC 6265bis, section 4.1.3).
import type { Context } from 'koa';

export interface SitePlace {
  /** The site uses https even if the request doesn't (behind a TLS-terminating proxy). */
  readonly isHttps: boolean;
  /** The path under which the site lies; empty at the root. `__Host-` is for cookies of the whole host, `__Secure-` for others. */
  readonly base: string;
}

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

export interface CookieName {
  /** The name in the answer to this request. */
  of(ctx: Context): string;
  /** What the request has under this name, and under the plain one, which earlier releases set, too. */
  read(ctx: Context): readonly NamedText[];
  /** The names to delete in the answer to this request: browsers refuse one with a prefix that is not over https. */
  toDelete(ctx: Context): readonly string[];
}

export function cookieName(plain: string, { isHttps, base }: SitePlace): CookieName {
  const prefixed = `${base === '' ? '__Host-' : '__Secure-'}${plain}`;
  const of = (ctx: Context): string => (isHttps || ctx.secure ? prefixed : plain);
  return {
    of,
    read: (ctx) =>
      [prefixed, plain].flatMap((name) => {
        const text = ctx.cookies.get(name);
        return text ? [{ name, text }] : [];
      }),
    toDelete: (ctx) => (of(ctx) === plain || ctx.cookies.get(plain) === undefined ? [of(ctx)] : [of(ctx), plain]),
  };
}
