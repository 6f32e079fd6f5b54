// Sends requests to a site's own server with Stillhere, like a browser.
import { expect } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { cookiesOf } from './cookies.ts';
import type { StillhereServer } from './stillhere-server.ts';

export async function postJson(url: string, value: unknown, cookie = ''): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(value),
  });
}

/**
 * Checks that the gate protects `path`, that the site admits readers who passed it, and that reading there is stored.
 */
export async function expectGateAndBeat(server: StillhereServer, path: string): Promise<void> {
  const closed = await fetch(server.url + path);
  expect([closed.url, closed.status]).toEqual([`${server.url}/access?next=${encodeURIComponent(path)}`, 200]);
  expect(await closed.text()).toContain('name="email"');

  const passed = await fetch(`${server.url}/access`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ email: 'ann@example.com', next: path }),
  });
  const { pathname, searchParams } = new URL(passed.headers.get('location') ?? '', server.url);
  expect([passed.status, pathname, searchParams.get('next')]).toEqual([303, '/access', path]);
  const cookie = cookiesOf(passed);
  const led = await fetch(`${server.url}${pathname}?${searchParams.toString()}`, {
    redirect: 'manual',
    headers: { cookie },
  });
  expect([led.status, led.headers.get('location')]).toEqual([303, path]);
  const open = await fetch(server.url + path, { headers: { cookie, accept: 'text/html' } });
  expect([open.status, open.headers.get('cache-control')]).toEqual([200, expect.stringContaining('no-cache')]);
  expect(await open.text()).toContain('<h1>The report</h1>');

  const [, session = ''] = cookie.match(/session_record_id=([^;]+)/) ?? [];
  const now = Date.now();
  const span = { id: 'one', session, page: path, start: now - 1, end: now };
  const receipt = await postJson(server.url + HEARTBEAT_PATH, { sentAt: now, spans: [span] });
  expect([receipt.status, await receipt.json()]).toMatchObject([200, { stored: ['one'], refused: [] }]);
  expect(await server.session(session)).toMatchObject({ emailOfAccessor: 'ann@example.com', spans: [{ page: path }] });

  expect((await fetch(`${server.url}/stillhere.js`)).headers.get('content-type')).toMatch(/javascript/);
}
