// A small site behind the gate for one test: pages with a heartbeat whose options the test chooses.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StillhereServer } from './stillhere-server.ts';

/** File contents by path in the site. */
export type SiteFiles = Readonly<Record<string, string | Uint8Array>>;

/** Everything under this path is behind the gate. */
export const READ = '/read/';

/** Another page of {@link SMALL_SITE}. */
export const NEXT = `${READ}next/`;

/** A page with a heartbeat; `attributes` are the heartbeat's. */
export function readPage(body: string, attributes = 'tick="250"', head = ''): string {
  return `<!doctype html><title>A page</title>${head}<script type="module" src="/stillhere.js"></script>
<body><session-heartbeat ${attributes}></session-heartbeat>${body}</body>`;
}

const TEXT = '<a class="brand" href="/">Home</a><script type="module" src="/stillhere-open-inspector.js"></script>';

/** Two pages behind the gate with the default heartbeat, and one in front of it that only delivers. */
export const SMALL_SITE: SiteFiles = {
  '/': readPage('home', 'deliver-only'),
  [READ]: readPage(TEXT, ''),
  [NEXT]: readPage(TEXT, ''),
};

/** A server for these files in its own process, on a free port with an empty store. */
export async function startReadingSite(
  files: SiteFiles,
  environment: NodeJS.ProcessEnv = {},
): Promise<StillhereServer> {
  return StillhereServer.start({ SITE_DIR: await writeSite(files), PROTECT: READ, ...environment });
}

/** The same in this process. */
export async function startReadingSiteInTest(
  files: SiteFiles,
  environment: NodeJS.ProcessEnv = {},
): Promise<StillhereServer> {
  return StillhereServer.startInTest({ SITE_DIR: await writeSite(files), PROTECT: READ, ...environment });
}

async function writeSite(files: SiteFiles): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-site-'));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return folder;
}
