// The application with the test's own site, and other files beside it that it must not serve.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { createRequestListener } from '../../server/app/request-listener.ts';
import { readConfig } from '../../server/config/config.ts';
import { openStore } from '../../server/store/open-store.ts';
import { askForAccess } from './cookies.ts';
import { OWNER_TOKEN, SECRET, type Answer } from './test-app.ts';
import { Feed } from '../../server/sessions/feed.ts';

export interface TestSite {
  /** One request with exactly this path and these headers. */
  get(path: string, headers?: OutgoingHttpHeaders, method?: string): Promise<Answer>;
  /** The gate's cookies, as a browser sends them back. */
  passGate(): Promise<string>;
  /** Writes a file in the parent folder of `site` and `build`. */
  write(file: string, content: string | Uint8Array): Promise<void>;
  /** The path on disk of a file in that folder. */
  at(file: string): string;
  close(): Promise<void>;
}

/** @param files of a folder: `site` is served, and `build` contains the channel's scripts. */
export async function startTestSite(
  files: Readonly<Record<string, string | Uint8Array>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestSite> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-site-'));
  const write: TestSite['write'] = async (file, content) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  };
  for (const [file, content] of Object.entries(files)) await write(file, content);
  const store = await openStore(`file:${join(folder, 'site.db')}`);
  const answer = createRequestListener({
    config: readConfig({
      PROTECT: '/confidential/',
      STORE_URL: `file:${join(folder, 'site/data/store.db')}`,
      ...environment,
    }),
    secrets: { secret: SECRET, ownerToken: OWNER_TOKEN },
    services: { store, feed: new Feed(store), refusals: { count: () => {} } },
    log: pino({ level: 'silent' }),
    siteDir: join(folder, 'site'),
    buildDir: join(folder, 'build'),
    now: Date.now,
  });
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const get: TestSite['get'] = async (path, headers = {}, method = 'GET') => {
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += String(chunk);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, body };
  };

  return {
    get,
    write,
    at: (file) => join(folder, file),
    passGate: () => askForAccess(`http://127.0.0.1:${port}`),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
