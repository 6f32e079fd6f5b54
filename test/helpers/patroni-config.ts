// The files that configure a test's Patroni and HAProxy: what docs/postgresql.md shows, with addresses on this machine.
import { join } from 'node:path';
import { USER } from './postgres-cluster.ts';
import { replaceInSnippet } from './proxy-process.ts';
import { readSnippet } from './read-snippet.ts';

const PAGE = 'docs/postgresql.md';
const HOST = '127.0.0.1';

export interface NodePlace {
  readonly name: string;
  readonly folder: string;
  /** Of PostgreSQL. */
  readonly port: number;
  /** Of Patroni's REST API. */
  readonly restPort: number;
}

/** @param bin the folder of PostgreSQL's programs. */
export async function patroniConfig(
  { name, folder, port, restPort }: NodePlace,
  bin: string,
  etcdPort: number,
): Promise<string> {
  const shown = await readSnippet(PAGE, 'yaml', 'synchronous_mode_strict');
  const access = ['local all all trust', `host all all ${HOST}/32 trust`, `host replication all ${HOST}/32 trust`];
  // Any JSON is YAML.
  const own = {
    scope: 'stillhere',
    name,
    restapi: { listen: `${HOST}:${restPort}`, connect_address: `${HOST}:${restPort}` },
    etcd3: { host: `${HOST}:${etcdPort}` },
    postgresql: {
      listen: `${HOST}:${port}`,
      connect_address: `${HOST}:${port}`,
      data_dir: join(folder, 'data'),
      bin_dir: bin,
      pgpass: join(folder, 'pgpass'),
      pg_hba: access,
      authentication: { superuser: { username: USER }, replication: { username: 'replicator' } },
      parameters: { unix_socket_directories: folder },
    },
  };
  const lines = Object.entries(own).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  // With checksums, whatever a kill has torn is found.
  return `${shown}  initdb: [data-checksums, {encoding: UTF8}, {locale: C.UTF-8}]\n${lines.join('\n')}\n`;
}

/** @param port at which HAProxy accepts connections to the primary. */
export async function haproxyConfig(nodes: readonly NodePlace[], port: number): Promise<string> {
  const shown = await readSnippet(PAGE, 'haproxy', '/primary');
  const addresses = nodes.map((node, nth) => [
    `10.0.0.${nth + 1}:5432 check port 8008`,
    `${HOST}:${node.port} check port ${node.restPort}`,
  ]);
  return replaceInSnippet(shown, { [`${HOST}:5000`]: `${HOST}:${port}`, ...Object.fromEntries(addresses) }, PAGE);
}
