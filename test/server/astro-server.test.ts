// The entry of a built Astro site, with a stand-in for what the Node adapter exports. The real one: test/package/sites/astro-gate.test.ts.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startBehindGate, type AstroNodeServer } from '../../server/astro-server.ts';
import { until } from '../helpers/until.ts';

const OPTIONS = { protect: ['/report/'], base: '/' };

let folder: string;
let privateFiles: URL;
let servers: Server[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-astro-'));
  privateFiles = pathToFileURL(join(folder, 'private.json'));
  await writeFile(privateFiles, '["/_astro/plan.a1.png"]');
  vi.stubEnv('STORE_URL', `file:${join(folder, 'stillhere.db')}`);
  vi.stubEnv('LOG_LEVEL', 'silent');
  servers = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  // SQLite removes it when the store is closed.
  await until(() => !existsSync(join(folder, 'stillhere.db-wal')));
  await rm(folder, { recursive: true });
});

const page: RequestListener = (request, response) => response.end(`Astro's ${request.url}`);

/** Starts when it is imported, like the adapter's. */
function adapter(mode: string): () => Promise<AstroNodeServer> {
  const startServer: AstroNodeServer['startServer'] = () => {
    const server = createServer(page).listen(0, '127.0.0.1');
    servers.push(server);
    return { server: { server } };
  };
  return async () => {
    if (process.env['ASTRO_NODE_AUTOSTART'] !== 'disabled') startServer();
    return {
      options: { mode },
      startServer,
      handler: (request, response, next) => {
        if (request instanceof Error) next?.(request);
        else page(request, response);
      },
    };
  };
}

async function ask(server: Server, path: string): Promise<string> {
  if (!server.listening) await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const response = await fetch(url, { redirect: 'manual' });
  return response.headers.get('location') ?? response.text();
}

async function expectGate([server]: readonly Server[]): Promise<void> {
  if (!server) throw new Error('There is no server.');
  expect(await ask(server, '/')).toBe("Astro's /");
  expect(await ask(server, '/report/')).toBe('/access?next=%2Freport%2F');
  expect(await ask(server, '/_image?href=%2F_astro%2Fplan.a1.png')).toMatch(/^\/access\?/);
  expect(await ask(server, '/_image?href=%2F_astro%2Flogo.b2.png')).toMatch(/^Astro's/);
  expect(await ask(server, '/access')).toContain('<form');
}

it('starts the server once, with the gate in front', async () => {
  await startBehindGate(adapter('standalone'), OPTIONS, privateFiles);
  expect(servers).toHaveLength(1);
  await expectGate(servers);
  expect(process.env['ASTRO_NODE_AUTOSTART']).toBeUndefined();
});

it.for([
  ['middleware', ''],
  ['standalone', 'disabled'],
] as const)(
  'starts no server in the mode %s with ASTRO_NODE_AUTOSTART=%j: the handler has the gate',
  async ([mode, autostart]) => {
    vi.stubEnv('ASTRO_NODE_AUTOSTART', autostart || undefined);
    const built = await startBehindGate(adapter(mode), OPTIONS, privateFiles);
    expect(servers).toEqual([]);
    expect(process.env['ASTRO_NODE_AUTOSTART']).toBe(autostart || undefined);
    const host = createServer((request, response) => void built.handler(request, response)).listen(0, '127.0.0.1');
    servers.push(host);
    await expectGate(servers);
    const next = vi.fn();
    const failure = new Error("the host's");
    built.handler(failure, {} as never, next);
    expect(next).toHaveBeenCalledWith(failure);
    // It also closes the store.
    built.startServer();
  },
);

it('does not start without the list of private files, or with another adapter', async () => {
  const load = vi.fn(adapter('standalone'));
  await expect(startBehindGate(load, OPTIONS, new URL('missing.json', privateFiles))).rejects.toThrow('ENOENT');
  expect(load).not.toHaveBeenCalled();
  const other = async () => ({ options: { mode: 'standalone' } }) as AstroNodeServer;
  await expect(startBehindGate(other, OPTIONS, privateFiles)).rejects.toThrow('needs @astrojs/node 11');
});
