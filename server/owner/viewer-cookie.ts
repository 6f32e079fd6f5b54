// The cookies of an owner who has logged in, and of a browser that opened a share's link. No script can read them. Over plain http, and under a path, only the API gets them; a cookie with the prefix `__Host-` has no path.
import type { Context } from 'koa';
import { cookieName, type SitePlace } from '../http/cookie-name.ts';

export interface ViewerCookie {
  set(ctx: Context, text: string, seconds: number): void;
  /** Empty: there is none. */
  read(ctx: Context): string;
  delete(ctx: Context): void;
}

export interface ViewerCookies {
  readonly owner: ViewerCookie;
  readonly share: ViewerCookie;
}

export function viewerCookies(place: SitePlace): ViewerCookies {
  return { owner: viewerCookie('stillhere_owner', place), share: viewerCookie('stillhere_share', place) };
}

function viewerCookie(plain: string, place: SitePlace): ViewerCookie {
  const named = cookieName(plain, place);
  const attributesOf = (name: string): string =>
    `Path=${name.startsWith('__Host-') ? '/' : '/api'}; HttpOnly; SameSite=Strict${name === plain ? '' : '; Secure'}`;
  return {
    set(ctx, text, seconds) {
      const name = named.of(ctx);
      ctx.append('Set-Cookie', `${name}=${text}; Max-Age=${seconds}; ${attributesOf(name)}`);
    },
    read: (ctx) => named.read(ctx)[0]?.text ?? '',
    delete(ctx) {
      for (const name of named.toDelete(ctx)) ctx.append('Set-Cookie', `${name}=; Max-Age=0; ${attributesOf(name)}`);
    },
  };
}
