// The way of a delivery without Koa: which requests take it, and that they are answered as by Koa's route.
import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDeliveries, type AnswerDelivery } from '../../../../server/deliveries/answer-delivery.ts';
import { createLoadShedder } from '../../../../server/deliveries/load-shedding.ts';
import { createDirectRoute, isPlainDelivery } from '../../../../server/deliveries/direct-route.ts';
import { addHeartbeatRoute } from '../../../../server/deliveries/route.ts';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import { HttpError } from '../../../../server/http/http-error.ts';
import { receiptHeaders } from '../../../../server/http/security-headers.ts';
import type { Recorded, Sighting } from '../../../../server/store/session-store.ts';
import { HEARTBEAT_PATH } from '../../../../sw/protocol/delivery.ts';
import { MAX_BODY_BYTES } from '../../../../sw/protocol/limits.ts';
import { unlimitedLoad } from '../../../helpers/unlimited-load.ts';
import { until } from '../../../helpers/until.ts';

const NOW = Date.parse('2026-11-27T08:00:00Z');
const CLOCK = { now: () => NOW, setBackMs: undefined };
const LOG = pino({ level: 'silent' });
const SPAN = { id: 'one', session: 'ann', page: '/a/', start: NOW - 2_000, end: NOW - 1_000 };

function print(...spans: readonly object[]): string {
  return JSON.stringify({ sentAt: NOW, spans });
}

/** A store that knows Ann's session, and fails for Fay's. */
async function record(sightings: readonly Sighting[]): Promise<readonly Recorded[]> {
  const sessions = sightings.map(({ session }) => session);
  if (sessions.includes('fay')) throw new HttpError(503, 'The store is not available', { retryAfterSeconds: 5 });
  if (sessions.includes('gil')) throw new Error('not to be told');
  return sessions.map((session) => (session === 'ann' ? 'stored' : 'unknown-session'));
}

function startAnswering(network = 0, load = unlimitedLoad()): AnswerDelivery {
  return createDeliveries(record, load, { beats: 0, network }, CLOCK);
}

/** @param trustProxy as the server's setting. */
function listenDirectly(answer: AnswerDelivery, trustProxy = false): RequestListener {
  const route = createDirectRoute(answer, LOG, trustProxy);
  return (request, response) => void route(request, response);
}

function listenByKoa(answer: AnswerDelivery, trustProxy = false): RequestListener {
  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 });
  const router = new Router();
  addHeartbeatRoute(router, answer);
  app.use(errorHandler(LOG)).use(receiptHeaders);
  app.use(router.routes() as Middleware);
  const handle = app.callback();
  return (request, response) => void handle(request, response);
}

async function start(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: object;
  readonly body: string;
}

async function post(
  port: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const path = HEARTBEAT_PATH;
  const outgoing = send({ host: '127.0.0.1', port, method: 'POST', path, headers }).end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
  const { date, ...others } = incoming.headers;
  expect(date).toBeDefined();
  return { status: incoming.statusCode, headers: others, body: text };
}

describe('a plain delivery', () => {
  const of = (headers: Readonly<Record<string, string>>, method = 'POST', url: string = HEARTBEAT_PATH): boolean =>
    isPlainDelivery({ method, url, headers } as unknown as IncomingMessage, '');
  const body = { 'content-length': '1' };

  it.each([
    ['by no page', body, true],
    ['by a page of the site', { ...body, origin: 'https://a.example', 'sec-fetch-site': 'same-origin' }, true],
    ['by a page of another site', { ...body, origin: 'https://a.example', 'sec-fetch-site': 'cross-site' }, false],
    ['by a page of another host of the site', { ...body, 'sec-fetch-site': 'same-site' }, false],
    ['by a page that only says its origin', { ...body, origin: 'https://a.example' }, false],
    ['with an empty body', { 'content-length': '0' }, false],
    ['without a length', {}, false],
    ['with nonsense for a length', { 'content-length': 'x' }, false],
  ])('%s', (_, headers, isPlain) => {
    expect(of(headers)).toBe(isPlain);
  });

  it('lies under the path of the site, or at the root where a proxy has removed that', () => {
    const at = (url: string): boolean =>
      isPlainDelivery({ method: 'POST', url, headers: body } as unknown as IncomingMessage, '/work');
    expect(['/work', '', '/works', '/work/work'].map((base) => at(base + HEARTBEAT_PATH))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['GET', HEARTBEAT_PATH],
    ['OPTIONS', HEARTBEAT_PATH],
    ['POST', `${HEARTBEAT_PATH}?`],
    ['POST', `${HEARTBEAT_PATH}/`],
    ['POST', `http://a.example${HEARTBEAT_PATH}`],
    ['POST', '/api/verify-temp-access'],
  ])('is no %s %s', (method, url) => {
    expect(of(body, method, url)).toBe(false);
  });
});

describe('without Koa, and with it, the answer is the same', () => {
  it.each([
    ['to spans', print(SPAN), 200],
    ['to spans of which some are refused', print(SPAN, { ...SPAN, session: 'nobody' }, { ...SPAN, id: '' }), 200],
    ['to no spans', print(), 200],
    ['to what is no delivery', '{"spans":1}', 400],
    ['to what is no JSON', 'null and void', 400],
    ['to what is no text', Uint8Array.of(0x7b, 0xff, 0x7d), 400],
    ['to a body that is too large', 'x'.repeat(MAX_BODY_BYTES + 1), 413],
    ['while the store is away', print({ ...SPAN, session: 'fay' }), 503],
    ['after an error of our own', print({ ...SPAN, session: 'gil' }), 500],
  ])('%s', async (_, body, status) => {
    const directly = await post(await start(listenDirectly(startAnswering())), body);
    const byKoa = await post(await start(listenByKoa(startAnswering())), body);
    expect(directly).toEqual(byKoa);
    expect(directly.status).toBe(status);
    expect(directly.body).not.toContain('not to be told');
  });

  it.each([
    ['behind a proxy', true, [200, 429, 200]],
    ['without one', false, [200, 429, 429]],
  ])('to too many deliveries of a network, %s', async (_, trustProxy, statuses) => {
    const addresses = ['192.0.2.9, 192.0.2.1', '192.0.2.1', '192.0.2.1, 192.0.2.2'];
    const answered: Answer[][] = [];
    for (const listen of [listenDirectly, listenByKoa]) {
      const port = await start(listen(startAnswering(1), trustProxy));
      const answers: Answer[] = [];
      for (const address of addresses) answers.push(await post(port, print(SPAN), { 'x-forwarded-for': address }));
      answered.push(answers);
    }
    expect(answered[0]).toEqual(answered[1]);
    expect(answered[0]?.map(({ status }) => status)).toEqual(statuses);
  });
});

it('a body of nothing but a byte order mark names no session, and the store is not asked for one', async () => {
  const asked: unknown[] = [];
  const answer = createDeliveries(
    (sightings) => (asked.push(...sightings), record(sightings)),
    unlimitedLoad(),
    { beats: 0, network: 0 },
    CLOCK,
  );
  const headers = { cookie: 'session_record_id=ann' };
  expect(await post(await start(listenDirectly(answer)), '\ufeff', headers)).toMatchObject({
    status: 400,
    body: '{"success":false,"error":"No session"}',
  });
  expect(asked).toEqual([]);
});

it('a device that is gone before the answer does no harm', async () => {
  const { promise: recorded, resolve: goOn } = Promise.withResolvers<undefined>();
  let isGone = false;
  const route = createDirectRoute(
    async () => {
      await recorded;
      return { success: true };
    },
    LOG,
    false,
  );
  const answered: number[] = [];
  const port = await start((request, response) => {
    response.on('close', () => (isGone = true));
    void route(request, response).then((status) => answered.push(status));
  });
  const socket = connect(port, '127.0.0.1');
  socket.end(`POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx`);
  socket.destroySoon();
  await until(() => isGone);
  goOn(undefined);
  await until(() => answered.length > 0);
  expect(answered).toEqual([200]);
});

it('too many deliveries at once are refused before their bodies are read, and cost no line in the log', async () => {
  const lines: string[] = [];
  const load = createLoadShedder(
    { maxBytes: 0, maxWaitMs: 0 },
    () => 0,
    () => {},
  );
  const { promise: stored, resolve: goOn } = Promise.withResolvers<undefined>();
  const held = load.whileWaiting(1, () => stored);
  const log = pino({ level: 'info' }, { write: (line) => lines.push(line) });
  const route = createDirectRoute(startAnswering(0, load), log, false);
  const port = await start((request, response) => void route(request, response));
  const socket = connect(port, '127.0.0.1');
  socket.write(`POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(String(answer)).toMatch(/^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n[^]*Too many deliveries at once/);
  expect(lines).toEqual([]);
  goOn(undefined);
  await held;
  expect(await post(port, print(SPAN))).toMatchObject({ status: 200 });
});
