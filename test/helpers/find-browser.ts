// Finds a Chromium for the browser tests: CHROME_PATH, or an installed one. Otherwise installs Debian's, if apt-get is
// available and permitted. Runs before `npm test`; imported by the launcher.
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { posix, win32 } from 'node:path';

/** What a browser is called on each system. */
interface Names {
  readonly commands: readonly string[];
  readonly macFiles: readonly string[];
  readonly windowsFiles: readonly (readonly string[])[];
}

const CHROMIUM: Names = {
  commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  macFiles: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `${name}.app/Contents/MacOS/${name}`),
  windowsFiles: [
    ['Google', 'Chrome', 'Application', 'chrome.exe'],
    ['Chromium', 'Application', 'chrome.exe'],
    ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ],
};
export const FIREFOX: Names = {
  commands: ['firefox-esr', 'firefox'],
  macFiles: ['Firefox.app/Contents/MacOS/firefox'],
  windowsFiles: [['Mozilla Firefox', 'firefox.exe']],
};
/** Variables with the folders of programs. */
const WINDOWS_FOLDERS = ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'];

/** The path of a Chromium, Chrome or Edge; undefined if there is none. */
export function findBrowser(): string | undefined {
  return process.env['CHROME_PATH'] || browserPaths(process.platform, process.env).find(isExecutable);
}

/** FIREFOX_PATH, or an installed Firefox; undefined if there is none. */
export function findFirefox(): string | undefined {
  return process.env['FIREFOX_PATH'] || browserPaths(process.platform, process.env, FIREFOX).find(isExecutable);
}

/** Where the system's browsers are looked for, in this order. */
export function browserPaths(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  { commands, macFiles, windowsFiles } = CHROMIUM,
): readonly string[] {
  if (platform === 'win32') {
    const folders = WINDOWS_FOLDERS.flatMap((name) => environment[name] ?? []);
    return windowsFiles.flatMap((parts) => folders.map((folder) => win32.join(folder, ...parts)));
  }
  const folders = (environment['PATH'] ?? '').split(posix.delimiter);
  const installed = commands.flatMap((name) => folders.map((folder) => posix.join(folder, name)));
  const apps = macFiles.map((file) => `/Applications/${file}`);
  return platform === 'darwin' ? [...apps, ...installed] : installed;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installChromium(): void {
  const apt = (...words: string[]): void => {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync('apt-get', words, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
}

if (import.meta.main) {
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (!findBrowser() && mayInstall) {
    console.info("No Chromium here: installing Debian's chromium with apt-get for the browser tests.");
    installChromium();
  }
  if (!findBrowser()) {
    console.error('The tests need Chromium or Chrome: install one, or set CHROME_PATH to it.');
    process.exit(1);
  }
}
