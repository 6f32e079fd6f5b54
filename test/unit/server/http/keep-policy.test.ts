// A host's answer from behind the gate, over real HTTP.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { keepPolicy } from '../../../../server/http/keep-policy.ts';

const CACHING = 'private, no-cache';
const NODE_SETS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);
const FRAMES = "frame-ancestors 'self'";

/** Whether the last answer was left to the host. */
let isUntouched: boolean;

async function answer(ours: Readonly<Record<string, string>>, host: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => {
    for (const [name, value] of Object.entries(ours)) response.setHeader(name, value);
    keepPolicy(response);
    isUntouched = !Object.hasOwn(response, 'writeHead');
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
    cookies: headers.getSetCookie(),
    names: [...headers.keys()].filter((name) => !NODE_SETS.has(name)).toSorted(),
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
  expect(told.names).toEqual(['cache-control', 'content-security-policy', 'content-type']);
});

it('the host chooses the status with its text, and how often a header comes', async () => {
  const list = ['Set-Cookie', 'a=1', 'X-Number', 5, 'set-cookie', 'b=2'];
  const told = await answer(OURS, (response) => response.writeHead(200, 'Fine', list).end());
  expect(told).toMatchObject({ status: '200 Fine', cookies: ['a=1', 'b=2'], caching: CACHING, policy: FRAMES });
  expect(told.names).toContain('x-number');
  const none = await answer(OURS, (response) => response.writeHead(404, { 'x-none': undefined, 'x-one': 1 }).end());
  expect(none.status).toBe('404 Not Found');
  expect(none.names).toEqual(['cache-control', 'content-security-policy', 'x-one']);
});

it.for([
  [{ 'Cache-Control': CACHING }, CACHING, "script-src 'self'"],
  [{ 'Content-Security-Policy': FRAMES }, 'public', `${FRAMES}, script-src 'self'`],
] as const)('of %o alone, that is kept', async ([ours, caching, policy]) => {
  const hosts = { 'cache-control': 'public', 'content-security-policy': "script-src 'self'" };
  expect(await answer(ours, (response) => response.writeHead(200, hosts).end())).toMatchObject({ caching, policy });
});

it('an answer of a public page is the host’s alone', async () => {
  const told = await answer({}, (response) => response.writeHead(404, { 'cache-control': 'public' }).end());
  expect(isUntouched).toBe(true);
  expect(told).toMatchObject({ status: '404 Not Found', caching: 'public', names: ['cache-control'] });
});
