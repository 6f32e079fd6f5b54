// Browsers as on a desk, with a window that has a close button, and nobody who steers them: automation has its own ways to
// end a browser, and WebKitGTK's keeps no profile. Needs Debian's xvfb, openbox and xdotool.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { signalTree } from '../../helpers/engines/process-tree.ts';
import { until } from '../../helpers/until.ts';

export type Engine = 'chromium' | 'firefox' | 'webkit';

/** No questions at the first start, and no pages restored after a crash: they would be read again. */
const FIREFOX_PREFERENCES = {
  'browser.aboutwelcome.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.startup.max_resumed_crashes': -1,
};
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--no-default-browser-check',
  '--password-store=basic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A screen with a window manager and one browser, whose profile lasts. */
export class Desk {
  readonly #engine: Engine;
  readonly #home: string;
  readonly #screen: readonly ChildProcess[];
  readonly #environment: NodeJS.ProcessEnv;
  #browser: ChildProcess | undefined;

  private constructor(engine: Engine, home: string, screen: readonly ChildProcess[], environment: NodeJS.ProcessEnv) {
    this.#engine = engine;
    this.#home = home;
    this.#screen = screen;
    this.#environment = environment;
  }

  static async open(engine: Engine): Promise<Desk> {
    const home = await mkdtemp(join(tmpdir(), 'stillhere-desk-'));
    const x = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [display] = (await once(x.stdout, 'data')) as [Buffer];
    const environment = {
      ...process.env,
      DISPLAY: `:${display.toString().trim()}`,
      HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_CONFIG_HOME: join(home, 'config'),
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
      NO_AT_BRIDGE: '1',
      GDK_BACKEND: 'x11',
      MOZ_CRASHREPORTER_DISABLE: '1',
      MOZ_DISABLE_CONTENT_SANDBOX: '1',
    };
    await mkdir(join(home, 'firefox'));
    const preferences = Object.entries(FIREFOX_PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
    );
    await writeFile(join(home, 'firefox/user.js'), preferences.join('\n'));
    const manager = spawn('openbox', { stdio: 'ignore', env: environment });
    return new Desk(engine, home, [manager, x], environment);
  }

  /** Starts the browser on this page. */
  start(url: string): void {
    const [command = '', ...words] = this.#commandLine(url);
    this.#browser = spawn(command, words, { stdio: 'ignore', env: this.#environment });
  }

  /** The window manager's way to close a window; resolves when the browser has ended. */
  async quit(): Promise<void> {
    // To no window by name: that would be a key that is only pretended, which GTK doesn't take.
    await this.#ask('key', 'alt+F4');
    const browser = this.#browser;
    await until(() => browser?.exitCode !== null || browser.signalCode !== null, 30_000);
  }

  /** Puts the window away, as another app in front of it on a phone. */
  async minimize(): Promise<void> {
    await this.#ask('getactivewindow', 'windowminimize');
  }

  /** Every process of the browser dies at once. */
  async kill(): Promise<void> {
    const browser = this.#browser;
    if (browser?.pid === undefined || browser.exitCode !== null || browser.signalCode !== null) return;
    const isGone = once(browser, 'exit');
    signalTree(browser.pid, 'SIGKILL');
    await isGone;
  }

  async close(): Promise<void> {
    await this.kill();
    for (const child of this.#screen) {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
    }
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #ask(...words: readonly string[]): Promise<void> {
    await promisify(execFile)('xdotool', words, { env: this.#environment });
  }

  #commandLine(url: string): readonly string[] {
    if (this.#engine === 'chromium')
      return ['chromium', ...CHROMIUM_FLAGS, `--user-data-dir=${join(this.#home, 'chromium')}`, url];
    if (this.#engine === 'firefox')
      return ['firefox-esr', '--no-remote', '--profile', join(this.#home, 'firefox'), url];
    return [globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser')[0] ?? 'MiniBrowser', url];
  }
}
