// The attributes of the gate's cookies that say where a browser sends them.
import type { Context } from 'koa';
import { expect, it } from 'vitest';
import { cookieScope } from '../../../../server/gate/cookie-scope.ts';

const FRAMED = '; Secure; SameSite=None; Partitioned';
const OVER_HTTPS = '; Secure; SameSite=Lax';

it.for([
  [false, false, false, '; SameSite=Lax'],
  [false, true, false, OVER_HTTPS],
  [true, false, false, OVER_HTTPS],
  [true, true, false, OVER_HTTPS],
  // Browsers take no `SameSite=None` without `Secure`.
  [false, false, true, '; SameSite=Lax'],
  [false, true, true, FRAMED],
  [true, false, true, FRAMED],
] as const)(
  'of a site with https: %s, a request with it: %s, in frames: %s, are %s',
  ([isHttps, secure, isFramed, scope]) => {
    expect(cookieScope(isHttps, isFramed)({ secure } as Context)).toBe(scope);
  },
);

it('are those of a site that is in no frame, unless said otherwise', () => {
  expect(cookieScope(true)({ secure: false } as Context)).toBe(OVER_HTTPS);
});
