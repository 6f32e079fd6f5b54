// Opens an address in the default browser.
import { spawn } from 'node:child_process';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // An empty title: `start` takes the first quoted argument as the title.
  win32: ['cmd', '/c', 'start', '""'],
};

/** Uses `BROWSER`, else the platform's opener. Failures are ignored: the terminal shows the address. */
export function openBrowser(address: string): void {
  const [command, ...args] = process.env['BROWSER']
    ? [process.env['BROWSER']]
    : (OPENERS[process.platform] ?? ['xdg-open']);
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
