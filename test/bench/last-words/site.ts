// The site of the bench: a page that leaves an address at the gate by itself, the page that is read, and one to come home to.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The default: nothing is divided here. */
export const TICK_MS = 5_000;
export const READ = '/read/';
export const HOME = '/home/';
export const AWAY = '/away/';

const SCRIPT = '<script type="module" src="/stillhere.js"></script>';
const DELIVER = `${SCRIPT}<session-heartbeat deliver-only></session-heartbeat>`;
/** Browsers that nobody steers: the page goes on by itself, with the address from its own. It waits for the worker as a reader would. */
const ENTER = `${DELIVER}<script type="module">
  await navigator.serviceWorker.ready;
  const email = location.search.slice(1);
  const headers = { 'content-type': 'application/json' };
  await fetch('/api/verify-temp-access', { method: 'POST', headers, body: JSON.stringify({ email }) });
  location.replace('${READ}');
</script>`;
const READING = `${SCRIPT}<session-heartbeat tick="${TICK_MS}"></session-heartbeat>`;

/** The page that enters with this e-mail address, and then is read. */
export function enterPath(email: string): string {
  return `/enter/?${email}`;
}

/** Writes the site into a new folder, whose path it resolves with. */
export async function writeSite(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-last-words-'));
  for (const [path, head] of [
    ['/enter/', ENTER],
    [READ, READING],
    [HOME, DELIVER],
    [AWAY, ''],
  ] as const) {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'index.html'), `<!doctype html><title>${path}</title>${head}<p>A page.</p>`);
  }
  return folder;
}
