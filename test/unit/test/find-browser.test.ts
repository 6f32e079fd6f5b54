// Where the tests look for a browser, on each system.
import { expect, it } from 'vitest';
import { browserPaths, FIREFOX } from '../../helpers/find-browser.ts';

it('on Linux, looks along the PATH', () => {
  const paths = browserPaths('linux', { PATH: '/usr/local/bin:/usr/bin' });
  expect(paths.slice(0, 3)).toEqual([
    '/usr/local/bin/chromium',
    '/usr/bin/chromium',
    '/usr/local/bin/chromium-browser',
  ]);
});

it('on macOS, looks among the applications first', () => {
  expect(browserPaths('darwin', { PATH: '/opt/homebrew/bin' })).toEqual(
    expect.arrayContaining([
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      '/opt/homebrew/bin/chromium',
    ]),
  );
});

it('on Windows, looks among the programs of the machine and of the user', () => {
  const paths = browserPaths('win32', {
    ProgramFiles: String.raw`C:\Program Files`,
    LocalAppData: String.raw`C:\Users\ann\AppData\Local`,
  });
  expect(paths.slice(0, 2)).toEqual([
    String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
    String.raw`C:\Users\ann\AppData\Local\Google\Chrome\Application\chrome.exe`,
  ]);
  expect(paths).toContain(String.raw`C:\Program Files\Microsoft\Edge\Application\msedge.exe`);
});

it('finds Firefox in the same way', () => {
  expect(browserPaths('linux', { PATH: '/usr/bin' }, FIREFOX)).toEqual(['/usr/bin/firefox-esr', '/usr/bin/firefox']);
  expect(browserPaths('win32', { ProgramFiles: String.raw`C:\Program Files` }, FIREFOX)).toEqual([
    String.raw`C:\Program Files\Mozilla Firefox\firefox.exe`,
  ]);
});
