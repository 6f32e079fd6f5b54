// PostgreSQL on three machines that Patroni watches over, with HAProxy in front: processes of an unprivileged user, on loopback
// addresses, in a temporary folder. One etcd stands for the three that three machines have: none of it is killed here.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { haproxyConfig, patroniConfig } from './patroni-config.ts';
import { PATRONI_BIN, PatroniNode } from './patroni-node.ts';
import { asUser, findPrograms, giveToUser, USER } from './postgres-cluster.ts';
import { startProxyProcess, type ProxyProcess } from './proxy-process.ts';
import { until } from './until.ts';

const NODES = 3;
/** Making a standby copies the primary; on a busy machine that takes long. */
const READY_MS = 180_000;
const PROGRAMS = ['/usr/bin/patroni', '/usr/bin/etcd', '/usr/sbin/haproxy'];

interface Member {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

export class PatroniCluster {
  readonly #folder: string;
  readonly nodes: readonly PatroniNode[];
  /** By way of HAProxy, of the database `postgres`. */
  readonly url: string;
  readonly #others: ProxyProcess[] = [];

  private constructor(folder: string, nodes: readonly PatroniNode[], port: number) {
    this.#folder = folder;
    this.nodes = nodes;
    this.url = urlAt(port);
  }

  /** The programs that are not installed. */
  static missing(): readonly string[] {
    return PROGRAMS.filter((program) => !existsSync(program));
  }

  /** Resolves when all nodes run, and one of the standbys is synchronous. */
  static async start(): Promise<PatroniCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'stillhere-patroni-'));
    await giveToUser(folder);
    const nodes: PatroniNode[] = [];
    for (let nth = 1; nth <= NODES; nth++) {
      const name = `db${nth}`;
      const place = { name, folder: join(folder, name), port: await freePort(), restPort: await freePort() };
      nodes.push(new PatroniNode(place));
    }
    const port = await freePort();
    const cluster = new PatroniCluster(folder, nodes, port);
    try {
      await cluster.#start(port);
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  /** The URL of the database on a node, past HAProxy. */
  urlOf({ place }: PatroniNode): string {
    return urlAt(place.port);
  }

  /** @throws while there is none that can be asked. */
  async primary(): Promise<PatroniNode> {
    const leader = (await this.#members()).find(({ role }) => role === 'leader');
    const node = this.nodes.find(({ place }) => place.name === leader?.name);
    if (!node) throw new Error('There is no primary');
    return node;
  }

  /** Resolves when one is the primary, one its synchronous standby, and one another standby. */
  async untilWhole(): Promise<void> {
    await until(async () => {
      const members = await this.#members();
      const areRunning = members.every(({ state }) => state === 'running' || state === 'streaming');
      const roles = members.map(({ role }) => role).toSorted();
      return areRunning && roles.join() === 'leader,replica,sync_standby';
    }, READY_MS);
  }

  /** Ends all processes and deletes the folder. */
  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all(this.#others.map((other) => other.stop('SIGTERM')));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(port: number): Promise<void> {
    const etcdPort = await freePort();
    await this.#startEtcd(etcdPort);
    const bin = await findPrograms();
    for (const node of this.nodes) {
      await mkdir(node.place.folder);
      await giveToUser(node.place.folder);
      await writeFile(node.configFile, await patroniConfig(node.place, bin, etcdPort));
    }
    const file = join(this.#folder, 'haproxy.cfg');
    const places = this.nodes.map(({ place }) => place);
    await writeFile(file, `global\n  maxconn 200\n${await haproxyConfig(places, port)}`);
    this.#others.push(await startProxyProcess(...asUser({ bin: '/usr/sbin' }, 'haproxy', ['-db', '-f', file]), port));
    for (const node of this.nodes) node.start();
    await this.untilWhole();
  }

  async #startEtcd(port: number): Promise<void> {
    const url = `http://127.0.0.1:${port}`;
    const peer = `http://127.0.0.1:${await freePort()}`;
    const options = {
      'data-dir': join(this.#folder, 'etcd'),
      'listen-client-urls': url,
      'advertise-client-urls': url,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `default=${peer}`,
    };
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    this.#others.push(await startProxyProcess(...asUser({ bin: PATRONI_BIN }, 'etcd', args), port));
  }

  /** As the first node that answers sees them. */
  async #members(): Promise<readonly Member[]> {
    const asked = this.nodes.map(async ({ place }) => {
      const response = await fetch(`http://127.0.0.1:${place.restPort}/cluster`);
      return ((await response.json()) as { members: readonly Member[] }).members;
    });
    return Promise.any(asked);
  }
}

function urlAt(port: number): string {
  return `postgres://${USER}@127.0.0.1:${port}/postgres`;
}
