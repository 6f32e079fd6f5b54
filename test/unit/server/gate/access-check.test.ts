// Whether a request has access: what the cookie, the store and the settings say, each alone.
import type { Context } from 'koa';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAccessCheck, type AccessCheck } from '../../../../server/gate/access-check.ts';
import type { AccessCookies } from '../../../../server/gate/access-cookie.ts';
import type { Access } from '../../../../server/store/session-store.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const CTX = {} as Context;
const GRANT = { sessionId: 'ann', untilMs: NOW + 1 };
const ACCESS: Access = {
  email: 'ann@example.com',
  identity: 'typed',
  invitationId: 'to-ann',
  accessEndedMs: null,
  accessPages: '/plan/',
  isBlocked: false,
};

let grant: typeof GRANT | undefined;
let stored: Access | undefined;
let calls: unknown[][];
let check: AccessCheck;
beforeEach(() => {
  [grant, stored, calls] = [GRANT, ACCESS, []];
  const cookies = {
    read: (ctx: Context, nowMs: number) => (ctx === CTX && nowMs === NOW ? grant : undefined),
    end: (...given: unknown[]) => void calls.push(['cookies.end', ...given]),
  } as unknown as AccessCookies;
  const store = {
    findAccess: async (id: string) => (calls.push(['findAccess', id]), stored),
    endAccess: async (...given: unknown[]) => void calls.push(['endAccess', ...given]),
  };
  check = createAccessCheck(cookies, store, { mode: 'open', allow: ['example.com'] }, () => NOW);
});

describe('a request', () => {
  it('with a cookie of a session has access to its pages until the cookie ends', async () => {
    expect(await check.find(CTX)).toEqual({ ...GRANT, pages: '/plan/', invitationId: 'to-ann' });
    expect(await check.holds('ann')).toBe(true);
    expect(calls).toEqual([
      ['findAccess', 'ann'],
      ['findAccess', 'ann'],
    ]);
  });

  it('without a cookie has none, and the store is not asked', async () => {
    grant = undefined;
    expect(await check.find(CTX)).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it.for<[string, Partial<Access> | undefined]>([
    ['is gone', undefined],
    ['has ended', { accessEndedMs: NOW - 1 }],
    ['ended at the epoch', { accessEndedMs: 0 }],
    ['is of a blocked reader', { isBlocked: true }],
    ['is of a reader whom the settings let in no more', { email: 'ann@example.org' }],
  ])('with a session that %s has none', async ([, change]) => {
    stored = change && { ...ACCESS, ...change };
    expect(await check.find(CTX)).toBeUndefined();
    expect(await check.holds('ann')).toBe(false);
  });
});

describe('ending the access', () => {
  it('ends it in the store and in the browser', async () => {
    await check.end(CTX);
    expect(calls).toEqual([
      ['endAccess', 'ann', NOW],
      ['cookies.end', CTX, NOW],
    ]);
  });

  it('of a browser without a valid cookie ends whatever cookie it has', async () => {
    grant = undefined;
    await check.end(CTX);
    expect(calls).toEqual([['cookies.end', CTX, NOW]]);
  });
});
