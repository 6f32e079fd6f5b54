// The real server in the test's own process. Starting a Node process would take a second of CPU time.
import { pino } from 'pino';
import { startServer, type RunningServer } from '../../server/app/listen.ts';
import { readConfig } from '../../server/config/config.ts';
import { readSecrets } from '../../server/config/secrets.ts';
import type { ServerHost } from './server-process.ts';

export class ServerInTest implements ServerHost {
  readonly #environment: NodeJS.ProcessEnv;
  #running: RunningServer | undefined;
  output = '';

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  async start(): Promise<void> {
    if (this.#running) return;
    const config = readConfig(this.#environment);
    const log = pino({ level: config.logLevel }, { write: (line) => (this.output += line) });
    this.#running = await startServer(config, readSecrets(config), log);
  }

  async stop(): Promise<null> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
    return null;
  }
}
