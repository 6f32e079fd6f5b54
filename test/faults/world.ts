// What a schedule happens in: one device, one server, the network between them, one time, and who knows the truth.
import { Device } from './device.ts';
import { Network } from './network.ts';
import type { Scripts } from './scripts.ts';
import type { ServerProcess } from './server-process.ts';
import { Truth } from './truth.ts';
import { WorldClock } from './world-clock.ts';

let sessions = 0;

export class World {
  readonly clock = new WorldClock();
  readonly truth = new Truth();
  readonly network: Network;
  readonly device: Device;
  readonly server: ServerProcess;
  readonly scripts: Scripts;
  /** What must never happen, and did. */
  readonly violations: string[] = [];
  #random = 1;

  constructor(scripts: Scripts, server: ServerProcess, hasSync: boolean) {
    this.scripts = scripts;
    this.server = server;
    this.network = new Network(this);
    this.device = new Device(this, hasSync);
  }

  /** The same in each run (Park and Miller's generator). */
  readonly random = (): number => {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random / 2_147_483_647;
  };

  /** The reader passes the gate: the cookie names a new session. */
  async newSession(): Promise<void> {
    const id = `session-${++sessions}`;
    await this.server.createSession(id);
    this.device.session = id;
    this.truth.sessions.set(id, this.clock.now);
  }
}
