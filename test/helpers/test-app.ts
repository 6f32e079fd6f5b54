// The application with a real store and a small site, in this process, with a clock that the test controls.
//
// Its store is in the test's own thread: starting the store's threads takes two thirds of the CPU time of a test.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createRequestListener } from '../../server/app/request-listener.ts';
import { readConfig } from '../../server/config/config.ts';
import { createCodeSender } from '../../server/mail/code-sender.ts';
import { createRefusalCounter } from '../../server/jobs/count-refusals.ts';
import type { Mirror } from '../../server/nocodb/mirror.ts';
import type { SessionDetail } from '../../sw/protocol/owner-api.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { HEARTBEAT_PATH, type Receipt, type Span } from '../../sw/protocol/delivery.ts';
import { Feed } from '../../server/sessions/feed.ts';
import { openStore } from '../../server/store/open-store.ts';
import { openInlineStore } from './inline-store.ts';

export const OWNER_TOKEN = 'owner-token-for-tests-only-0123456789';
export const SECRET = 'secret-for-tests-only-0123456789abcdef';
export const NOW = Date.parse('2026-11-24T08:00:00Z');

const SITE: Readonly<Record<string, string>> = {
  'index.html': '<title>Home</title>',
  '404.html': '<title>Not here</title>',
  'confidential/index.html': '<title>Secret</title>',
  'confidential/plan.html': '<title>Secret plan</title>',
  'confidential/pictures/plan.svg': '<svg><title>Secret picture</title></svg>',
  'assets/site-B2k9fQ1c.css': 'body {}',
};

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TestApp {
  readonly url: string;
  readonly store: SessionStore;
  readonly storeFile: string;
  readonly clock: { now: number };
  readonly logLines: string[];
  /** One request with exactly this path and these headers. */
  send(method: string, path: string, headers?: OutgoingHttpHeaders, body?: string | Uint8Array): Promise<Answer>;
  /** A session that began at {@link NOW}. */
  makeSession(id?: string): Promise<string>;
  /** Delivers the spans like a device, by default with a correct clock. */
  deliver(spans: readonly unknown[], sentAt?: number): Promise<Receipt>;
  session(id: string): Promise<SessionDetail>;
  /** Writes the refusals that are counted, as a few seconds later. */
  writeRefusals(): Promise<void>;
  close(): Promise<void>;
}

/** @param environment the configuration, as variables; PROTECT is `/confidential/`, and deliveries have no limit. */
export function startTestApp(
  environment: Readonly<Record<string, string>> = {},
  wrapStore = (store: SessionStore): SessionStore => store,
  secret = SECRET,
  mirror?: Pick<Mirror, 'status'>,
): Promise<TestApp> {
  return startWith(openInlineStore, environment, wrapStore, secret, mirror);
}

/** As {@link startTestApp}, with the store in its threads, like a real server's. */
export function startTestAppWithThreads(
  environment: Readonly<Record<string, string>> = {},
  wrapStore = (store: SessionStore): SessionStore => store,
): Promise<TestApp> {
  return startWith((file) => openStore(`file:${file}`), environment, wrapStore, SECRET, undefined);
}

/** As {@link startTestApp}, on a store that is open. It is closed with the application. */
export function startTestAppOn(store: SessionStore): Promise<TestApp> {
  return startWith(
    async () => store,
    {},
    (same) => same,
    SECRET,
    undefined,
  );
}

async function startWith(
  open: (file: string) => Promise<SessionStore>,
  environment: Readonly<Record<string, string>>,
  wrapStore: (store: SessionStore) => SessionStore,
  secret: string,
  mirror: Pick<Mirror, 'status'> | undefined,
): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-app-'));
  for (const [file, text] of Object.entries(SITE)) {
    await mkdir(join(folder, 'site', file, '..'), { recursive: true });
    await writeFile(join(folder, 'site', file), text);
  }
  const storeFile = join(folder, 'test.db');
  const store = await open(storeFile);
  const served = wrapStore(store);
  const clock = { now: NOW };
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => logLines.push(line) });
  const refusals = createRefusalCounter(served, log, () => clock.now);
  // Tests send more in a second than readers do.
  const config = readConfig({ PROTECT: '/confidential/', LIMIT_BEATS: '0', LIMIT_NETWORK: '0', ...environment });
  const codes = config.codeMail && createCodeSender(config.codeMail, log);
  const answer = createRequestListener({
    config,
    secrets: { secret, ownerToken: OWNER_TOKEN },
    services: { store: served, mirror, feed: new Feed(served), refusals, codes },
    log,
    siteDir: join(folder, 'site'),
    buildDir: join(folder, 'build'),
    now: () => clock.now,
  });
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const send: TestApp['send'] = async (method, path, headers = {}, body) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { host: `localhost:${port}`, ...headers },
    });
    const answered = once(outgoing, 'response');
    outgoing.end(body);
    const [incoming] = (await answered) as [IncomingMessage];
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: text };
  };

  return {
    url: `http://localhost:${port}`,
    store,
    storeFile,
    clock,
    logLines,
    send,
    makeSession: async (id = 'ann-session') => {
      await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
      return id;
    },
    deliver: async (spans, sentAt = clock.now) => {
      const { status, body } = await send('POST', HEARTBEAT_PATH, {}, JSON.stringify({ sentAt, spans }));
      if (status !== 200) throw new Error(`${status} ${body}`);
      return JSON.parse(body) as Receipt;
    },
    session: async (id) => {
      const { body } = await send('GET', `/api/sessions/${id}`, { authorization: `Bearer ${OWNER_TOKEN}` });
      return JSON.parse(body) as SessionDetail;
    },
    writeRefusals: refusals.write,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await codes?.stop();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A span of the session, by default the first minute of it. */
export function makeSpan(span: Partial<Span> = {}): Span {
  return { id: 's', session: 'ann-session', page: '/confidential/', start: NOW, end: NOW + 60_000, ...span };
}
