// Rate limits, and the responses beyond them.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { limitConnections } from '../../server/http/connection-limit.ts';
import { networkOf } from '../../server/http/client-network.ts';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { makeSpan, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

let app: TestApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const JSON_TYPE = { 'content-type': 'application/json' };
const gate = (address: string): Promise<Answer> =>
  (app as TestApp).send(
    'POST',
    '/api/verify-temp-access',
    { ...JSON_TYPE, 'x-forwarded-for': address },
    '{"email":"ann@example.com"}',
  );
const beat = (session: string, address = '192.0.2.1'): Promise<Answer> =>
  (app as TestApp).send(
    'POST',
    HEARTBEAT_PATH,
    { 'x-forwarded-for': address },
    JSON.stringify({ sentAt: (app as TestApp).clock.now, spans: [makeSpan({ session })] }),
  );

describe('a limit', () => {
  it('at the gate is shared by an IPv6 network of 64 bits', async () => {
    app = await startTestApp({ TRUST_PROXY: 'true', LIMIT_GATE: '3' });
    const statuses = [];
    for (const last of ['1', '2', 'ffff:ffff:ffff:ffff', '4'])
      statuses.push((await gate(`2001:db8:1:2::${last}`.replace('::ffff:', ':ffff:'))).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await gate('2001:db8:1:3::1')).status).toBe(200);
  });

  it('of beats is per session, sends Retry-After, and stores nothing meanwhile', async () => {
    app = await startTestApp({ LIMIT_BEATS: '2' });
    for (const session of ['ann-session', 'bob-session']) await app.makeSession(session);
    const answers = [await beat('ann-session'), await beat('ann-session'), await beat('ann-session')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(JSON.parse(answers[2]?.body ?? '')).toMatchObject({
      success: false,
      error: expect.stringContaining('later') as unknown,
    });
    expect((await beat('bob-session')).status).toBe(200);
  });

  it('of beats applies to the original script, too', async () => {
    app = await startTestApp({ LIMIT_BEATS: '1' });
    await app.makeSession();
    const cookie = { cookie: 'session_record_id=ann-session' };
    expect((await app.send('POST', HEARTBEAT_PATH, cookie)).status).toBe(200);
    expect((await app.send('POST', HEARTBEAT_PATH, cookie)).status).toBe(429);
  });

  it('of a network applies to all its sessions together, and is checked before the body is read', async () => {
    app = await startTestApp({ TRUST_PROXY: 'true', LIMIT_NETWORK: '2' });
    await app.makeSession();
    const statuses = [await beat('a'), await beat('b'), await beat('c')].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
    const broken = await app.send('POST', HEARTBEAT_PATH, { 'x-forwarded-for': '192.0.2.1' }, 'x'.repeat(70_000));
    expect(broken.status).toBe(429);
    expect((await beat('ann-session', '192.0.2.2')).status).toBe(200);
  });

  it('of 0 means no limit', async () => {
    app = await startTestApp({ LIMIT_GATE: '0' });
    for (let time = 0; time < 70; time++) expect((await gate('192.0.2.1')).status).toBe(200);
  });
});

describe('a network', () => {
  it.for([
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['2001:db8::1', '2001:db8:0:0:ffff::9', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['2001:DB8::1', '2001:db8:0000::2', true],
    ['nonsense', '', true],
  ] as const)('of %s is that of %s: %s', ([one, other, isSame]) => {
    expect(networkOf(one) === networkOf(other)).toBe(isSame);
  });
});

describe('idle connections', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  it('of one network get only its share, which is logged, and others are served', async () => {
    const lines: string[] = [];
    const server = createServer();
    const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    const serve = (_request: IncomingMessage, response: ServerResponse): unknown => response.end('served');
    limitConnections(server, serve, { most: 40, areProxied: false }, log);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let closed = 0;
    for (let nth = 0; nth < 30; nth++) {
      const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
      socket.on('error', () => {}).on('close', () => closed++);
      sockets.push(socket);
    }
    await expect.poll(() => closed).toBe(20);
    expect(lines.join('')).toContain('too many connections');
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('served');
    for (const socket of sockets.splice(0)) socket.destroy();
    // The share is available again.
    await expect
      .poll(async () => {
        const again = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
        sockets.push(again);
        again.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
        let text = '';
        for await (const chunk of again) text += String(chunk);
        return text;
      })
      .toContain('served');
    server.close();
    server.closeAllConnections();
  });
});
