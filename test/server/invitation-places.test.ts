// Personal links where Stillhere is not at the root of a server of its own.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { stillhere } from '../../server/app/embed.ts';
import { openStore } from '../../server/store/open-store.ts';
import { cookieOf, FORM, invite, JSON_TYPE } from '../helpers/invite.ts';
import { NOW, startTestApp } from '../helpers/test-app.ts';

it.for(['/work', ''])('work behind a proxy that sends %s', async (seen) => {
  const app = await startTestApp({ BASE: '/work' });
  const token = await invite(app.store, NOW, { pages: '/confidential/pictures/' });
  const form = await app.send('GET', `${seen}/access/invited`);
  expect(form.body).toContain('data-look-up="/work/access/invitation"');
  const found = await app.send('POST', `${seen}/access/invitation`, JSON_TYPE, JSON.stringify({ invitation: token }));
  expect(found.status).toBe(200);
  const passed = await app.send('POST', `${seen}/access/invited`, FORM, `invitation=${token}&form=form-1`);
  const next = encodeURIComponent('/work/confidential/pictures/');
  expect(passed.headers.location).toBe(`/work/access?next=${next}&entered=form-1`);
  const cookie = cookieOf(passed);
  expect((await app.send('GET', `${seen}/access?next=${next}&entered=form-1`, { cookie })).headers.location).toBe(
    '/work/confidential/pictures/',
  );
  expect((await app.send('GET', `${seen}/confidential/pictures/plan.svg`, { cookie })).status).toBe(200);
  expect((await app.send('GET', `${seen}/confidential/plan.html`, { cookie })).status).toBe(303);
  await app.close();
});

it('work in a host that has parsed the form itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-invited-'));
  const storeUrl = `file:${join(folder, 's.db')}`;
  const store = await openStore(storeUrl);
  const token = await invite(store, Date.now());
  await store.close();
  const gate = stillhere({ protect: ['/secret/'], storeUrl, gateMode: 'invited', log: pino({ level: 'silent' }) });
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      Object.assign(request, { body: Object.fromEntries(new URLSearchParams(body)) });
      gate.node(request, response, () => response.end('host'));
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const enterHost = (fields: Record<string, string>) =>
    fetch(`${url}/access/invited`, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html' },
      body: new URLSearchParams(fields),
    });
  expect((await enterHost({ email: 'ann@example.com' })).status).toBe(403);
  expect((await enterHost({ invitation: token })).status).toBe(303);
  server.close();
  server.closeAllConnections();
  await gate.close();
  await rm(folder, { recursive: true });
});
