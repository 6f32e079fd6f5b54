// The real application with the sample portfolio and an access of seconds, which is below the setting's minimum.
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createRequestListener } from '../../server/app/request-listener.ts';
import { SAMPLE_DIR, withSample } from '../../server/app/sample.ts';
import { readConfig } from '../../server/config/config.ts';
import { BUILD_DIR } from '../../server/config/package-root.ts';
import { openStore } from '../../server/store/open-store.ts';
import { OWNER_TOKEN, SECRET } from './test-app.ts';
import { Feed } from '../../server/sessions/feed.ts';

export async function startShortAccess(accessMs: number): Promise<{ url: string; close(): Promise<void> }> {
  const store = await openStore(`file:${join(await mkdtemp(join(tmpdir(), 'stillhere-short-')), 'test.db')}`);
  const answer = createRequestListener({
    config: withSample({ ...readConfig({}), accessMs }),
    secrets: { secret: SECRET, ownerToken: OWNER_TOKEN },
    services: { store, feed: new Feed(store), refusals: { count: () => {} } },
    log: pino({ level: 'silent' }),
    siteDir: SAMPLE_DIR,
    buildDir: BUILD_DIR,
    now: Date.now,
  });
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await store.close();
    },
  };
}
