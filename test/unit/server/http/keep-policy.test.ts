// A host's answer from behind the gate, over real HTTP.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { keepPolicy } from '../../../../server/http/keep-policy.ts';

const CACHING = 'private, no-cache';
const FRAMES = "frame-ancestors 'self'";

async function answer(ours: Readonly<Record<string, string>>, host: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => {
    for (const [name, value] of Object.entries(ours)) response.setHeader(name, value);
    keepPolicy(response);
    host(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { headers, status, statusText } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.close();
  return {
    status: `${status} ${statusText}`,
    caching: headers.get('cache-control'),
    policy: headers.get('content-security-policy'),
    type: headers.get('content-type'),
  };
}

const OURS = { 'Cache-Control': CACHING, 'Content-Security-Policy': FRAMES };

it.for<[string, (response: ServerResponse) => void]>([
  [
    'in an object',
    (response) =>
      response.writeHead(200, {
        'content-type': 'text/plain',
        'cache-control': 'public, max-age=9',
        'content-security-policy': "script-src 'self'",
      }),
  ],
  [
    'in a list, with a status text',
    (response) =>
      response.writeHead(200, 'Fine', [
        'Content-Type',
        'text/plain',
        'Cache-Control',
        'public, max-age=9',
        'Content-Security-Policy',
        "script-src 'self'",
      ]),
  ],
  [
    'one by one',
    (response) => {
      response.setHeader('Content-Type', 'text/plain');
      response.setHeader('Cache-Control', 'public, max-age=9');
      response.setHeader('Content-Security-Policy', "script-src 'self'");
    },
  ],
])('no shared cache may store it, and both policies hold, when the host sets its headers %s', async ([, host]) => {
  const told = await answer(OURS, (response) => {
    host(response);
    response.end();
  });
  expect(told).toMatchObject({ caching: CACHING, policy: `${FRAMES}, script-src 'self'`, type: 'text/plain' });
  expect(told.status).toMatch(/^200 (Fine|OK)$/);
});

it.for(['no-store', 'private, max-age=60'])('a host may be stricter: %s', async (caching) => {
  const told = await answer(OURS, (response) => response.writeHead(200, { 'cache-control': caching }).end());
  expect(told).toMatchObject({ caching, policy: FRAMES });
});

it('an answer of a public page is the host’s alone', async () => {
  const told = await answer({}, (response) => response.writeHead(404, { 'cache-control': 'public' }).end());
  expect(told).toEqual({ status: '404 Not Found', caching: 'public', policy: null, type: null });
});
