// A small site behind the gate for one test: pages with a heartbeat whose options the test chooses.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StillhereServer } from './stillhere-server.ts';

/** File contents by path in the site. */
export type SiteFiles = Readonly<Record<string, string | Uint8Array>>;

/** Everything under this path is behind the gate. */
export const READ = '/read/';

/** A page with a heartbeat; `attributes` are the heartbeat's. */
export function readPage(body: string, attributes = 'tick="250"', head = ''): string {
  return `<!doctype html><title>A page</title>${head}<script type="module" src="/stillhere.js"></script>
<body><session-heartbeat ${attributes}></session-heartbeat>${body}</body>`;
}

/** A server for these files, on a free port with an empty store. */
export async function startReadingSite(
  files: SiteFiles,
  environment: NodeJS.ProcessEnv = {},
): Promise<StillhereServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-site-'));
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return StillhereServer.start({ SITE_DIR: folder, PROTECT: READ, ...environment });
}
