// Every way of writing a protected path, to every kind of host, over the wire as it is written: none reaches the host's handler
// without access, and none makes the host fail.
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_MS, siteFolder } from '../../helpers/site-folder.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';

/** No client tidies the path up. */
function ask(port: number, path: string, cookie = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n${cookie}\r\n`, 'latin1'),
    );
    let text = '';
    socket
      .on('data', (data) => (text += String(data)))
      .on('close', () => resolve(text))
      .on('error', reject);
  });
}

const SPELLINGS = [
  '/report/',
  '/report',
  '/report/x?y=1',
  '/REPORT/x',
  '/Report',
  '//report/x',
  '///report//x',
  '/./report/x',
  '/report/./x',
  '/report/../x',
  '/report/..',
  '/x/../report/',
  '/report/%2e%2e/x',
  '/report/%2E%2e%2fx',
  '/report/..%2f',
  '/report/..%5c',
  '/report/..;/x',
  '/report/..:/x',
  '/x/..;/report/',
  '/report/%5c',
  '/report%5cx',
  '/report\\x',
  '/report/%00',
  '/report%00',
  '/report/x%',
  '/report/%zz',
  '/report/%ff',
  '/report/%c0%af',
  '/report%2fx',
  '/report%2Fx',
  '/report%252fx',
  '/%72eport/x',
  '/%2572eport/x',
  '/%252572eport/x',
  '/%52EPORT/x',
  '/report;x=1/y',
  '/report;',
  '/report./x',
  '/report%20/x',
  '/report%20',
  '/report.html',
  '/report.html.gz',
  '/report/index.html',
  '/report.txt',
  '/report%3fx',
  '/report%23x',
  '/%ef%bd%92eport/x',
  '/ｒeport/x',
  'http://elsewhere.example/report/x',
  '/x%2f..%2freport/y',
];

let folder = '';
beforeAll(async () => void (folder = await siteFolder('spellings')), INSTALL_MS);

describe.concurrent.for(['koa', 'express', 'fastify', 'hono', 'node'])('a host of %s', (kind) => {
  it('shows the report to nobody without access, and to readers who have it', { timeout: INSTALL_MS }, async () => {
    const server = await StillhereServer.start({}, [join(folder, `${kind}.js`)]);
    try {
      const statuses = new Map<string, string>();
      for (const path of SPELLINGS) {
        const answer = await ask(server.port, Buffer.from(path).toString('latin1'));
        expect(`${path}: ${answer}`).not.toContain('SECRET');
        statuses.set(path, answer.slice(9, 12));
        // A path that a Fetch server tidies up before anybody sees it may lead to what is public.
        expect([path, kind === 'hono' && answer.includes('public') ? '400' : answer.slice(9, 12)]).toEqual([
          path,
          expect.stringMatching(/^(?:303|400|404)$/) as unknown,
        ]);
      }
      expect(statuses.get('/report/')).toBe('303');
      expect(await ask(server.port, '/public/page')).toMatch(/^HTTP\/1.1 200 [^]*public/);
      expect(await ask(server.port, '/a%2Fb/%C3%BC')).toMatch(/^HTTP\/1.1 200 /);

      const passed = await fetch(`${server.url}/api/verify-temp-access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"email":"ann@example.com"}',
      });
      const cookies = passed.headers.getSetCookie().map((line) => line.split(';')[0]);
      expect(await ask(server.port, '/report/x', `Cookie: ${cookies.join('; ')}\r\n`)).toContain('SECRET');
    } finally {
      await server.stop();
    }
  });
});
