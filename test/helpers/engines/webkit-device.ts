// WebKitGTK's MiniBrowser with W3C WebDriver, plain HTTP, under Xvfb. An automated session keeps no data when it ends,
// so restarting a killed browser can't be tested here. Needs Debian's webkit2gtk-driver and xvfb.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import type { Device, Tab } from './engine.ts';

/** Longer than any command takes. */
const COMMAND_MS = 40_000;

/** Opens a window when it is clicked. */
const OPENER = `data:text/html,<body style="height:99vh" onclick="open('about:blank','_blank','width=800,height=600')">`;

export async function openWebKit(): Promise<Device> {
  const home = await mkdtemp(join(tmpdir(), 'stillhere-webkit-'));
  const x = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [display] = (await once(x.stdout, 'data')) as [Buffer];
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
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
    },
  });
  const root = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${root}/status`)).ok);
  const [binary] = globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser');
  const { sessionId, capabilities } = await ask<{ sessionId: string; capabilities: { browserVersion: string } }>(
    'POST',
    `${root}/session`,
    { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } } } },
  );
  const session = `${root}/session/${sessionId}`;
  await ask('POST', `${session}/timeouts`, { script: 60_000, pageLoad: 30_000 });
  const base = await ask<string>('GET', `${session}/window`);
  await ask('POST', `${session}/url`, { url: OPENER });
  const cannot = (): Promise<never> =>
    Promise.reject(new Error('WebKitGTK keeps no profile, has no sync event, and its workers are out of reach'));
  return {
    version: `WebKitGTK/${capabilities.browserVersion}`,
    abilities: [],
    pid: driver.pid ?? 0,
    open: () => openTab(session, base),
    kill: cannot,
    reopen: cannot,
    fireSync: cannot,
    stopWorkers: cannot,
    close: async () => {
      await ask('DELETE', session).catch(() => {});
      for (const child of [driver, x]) await end(child);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * In a window of its own, since a WebDriver tab stays hidden; opened by script, since only then a script may close it, and
 * WebDriver's own closing leaves out `beforeunload`. The window of the session stays open behind all others.
 */
async function openTab(session: string, base: string): Promise<Tab> {
  await ask('POST', `${session}/window`, { handle: base });
  const before = await ask<string[]>('GET', `${session}/window/handles`);
  const click = ['pointerMove', 'pointerDown', 'pointerUp'].map((type) => ({ type, button: 0, x: 50, y: 50 }));
  await ask('POST', `${session}/actions`, { actions: [{ type: 'pointer', id: 'mouse', actions: click }] });
  const handle = await until(async () => {
    const handles = await ask<string[]>('GET', `${session}/window/handles`);
    return handles.find((found) => !before.includes(found));
  });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    await ask('POST', `${session}/window`, { handle });
    return ask<T>(method, session + path, body);
  };
  let moves = 0;
  return {
    goto: (url) => call('POST', '/url', { url }),
    back: () => call('POST', '/back', {}),
    evaluate: async <T>(expression: string) => {
      const script = `const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => (${expression})).then(
          (value) => done({ value: value ?? null }), (error) => done({ error: String(error) }))`;
      const { value, error } = await call<{ value: T; error?: string }>('POST', '/execute/async', { script, args: [] });
      if (error) throw new Error(error);
      return value;
    },
    move: () => {
      const actions = [{ type: 'pointerMove', duration: 0, x: 50 + (moves++ % 2) * 20, y: 60 }];
      const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions };
      return call('POST', '/actions', { actions: [mouse] });
    },
    hide: () => call('POST', '/window/minimize', {}),
    show: () => call('POST', '/window/rect', { x: 0, y: 0, width: 800, height: 600 }),
    close: async () => {
      // With a delay: otherwise the driver may wait forever for a response from a closed window.
      const script = 'setTimeout(() => window.close(), 20)';
      await call('POST', '/execute/sync', { script, args: [] });
      await until(async () => !(await ask<string[]>('GET', `${session}/window/handles`)).includes(handle));
    },
  };
}

async function ask<T>(method: string, url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(COMMAND_MS),
  });
  const { value } = (await response.json()) as { value: T };
  if (!response.ok) throw new Error(`WebDriver: ${JSON.stringify(value)}`);
  return value;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}
