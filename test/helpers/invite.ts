// Invites a reader, as the owner's API does, and comes by the link, as the form's script does.
import type { NewInvitation } from '../../server/store/invitations.ts';
import { hashOfKey, makeKey } from '../../server/store/key-hash.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { Answer, TestApp } from './test-app.ts';

export const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
export const JSON_TYPE = { 'content-type': 'application/json' };
type Asked = Pick<TestApp, 'send'>;

/** Resolves with the token of the link. By default, Ann is invited to all pages for a day. */
export async function invite(
  store: Pick<SessionStore, 'invitations'>,
  nowMs: number,
  more: Partial<Omit<NewInvitation, 'hash'>> = {},
): Promise<string> {
  const token = makeKey();
  await store.invitations.add({
    id: 'to-ann',
    hash: hashOfKey(token),
    email: 'ann@example.com',
    pages: null,
    createdMs: nowMs,
    untilMs: nowMs + 24 * 3_600_000,
    ...more,
  });
  return token;
}

export function lookUp(app: Asked, invitation: string, headers = {}): Promise<Answer> {
  return app.send('POST', '/access/invitation', { ...JSON_TYPE, ...headers }, JSON.stringify({ invitation }));
}

export function enter(app: Asked, fields: Readonly<Record<string, string>>, headers = {}): Promise<Answer> {
  return app.send('POST', '/access/invited', { ...FORM, ...headers }, new URLSearchParams(fields).toString());
}

export function enterByJson(app: Asked, fields: Readonly<Record<string, string>>): Promise<Answer> {
  return app.send('POST', '/access/invited', JSON_TYPE, JSON.stringify(fields));
}

/** The Cookie header to send afterwards. */
export function cookieOf({ headers }: Answer): string {
  return (headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
}
