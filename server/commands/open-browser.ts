// Shows an address in the reader's own browser.
import { spawn } from 'node:child_process';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // An empty title: `start` takes the first quoted word for one.
  win32: ['cmd', '/c', 'start', '""'],
};

/** By `BROWSER`, or as the platform does it. Where there is no way nothing happens: the address stands in the terminal. */
export function openBrowser(address: string): void {
  const [command, ...args] = process.env['BROWSER']
    ? [process.env['BROWSER']]
    : (OPENERS[process.platform] ?? ['xdg-open']);
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
