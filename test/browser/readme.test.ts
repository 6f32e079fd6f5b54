// What the README and docs/ tell an owner to type, run as it stands there; only the port is the test's own. (`npm ci && npm test` is
// what CI runs.)
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { Device } from '../helpers/chromium.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { passGate } from '../helpers/reader.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const PROJECT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

describe('the documentation', () => {
  it('puts a gate before a built site, and its two lines record the reading', async () => {
    const site = await mkdtemp(join(tmpdir(), 'stillhere-site-'));
    await mkdir(join(site, 'report'));
    const lines = await readSnippet('docs/integrations/html.md', 'html', '<session-heartbeat>');
    await writeFile(join(site, 'report/index.html'), `<!doctype html><title>Report</title>\n${lines}`);
    const serve = await readSnippet('README.md', 'sh', 'stillhere serve dist');
    const [, protect = ''] = serve.match(/--protect (\S+)/) ?? [];
    const server = await StillhereServer.start({ SITE_DIR: site, PROTECT: protect });
    const device = await Device.open();
    try {
      const page = await device.newPage();
      const id = await passGate(page, server.url, 'ann@example.com', protect);
      await until(async () => (await server.session(id)).sessionEndTime);

      const ask = (await readSnippet('docs/http-api.md', 'sh', 'curl')).replace('http://localhost:8080', server.url);
      const { stdout } = await run('bash', ['-c', ask], { env: { ...process.env, OWNER_TOKEN } });
      const { sessions } = JSON.parse(stdout) as { sessions: SessionView[] };
      expect(sessions).toMatchObject([{ id, emailOfAccessor: 'ann@example.com', currentPage: protect }]);
      const shown = JSON.parse(await readSnippet('docs/http-api.md', 'json', 'emailOfAccessor')) as {
        sessions: SessionView[];
      };
      expect(Object.keys(sessions[0] ?? {})).toEqual(Object.keys(shown.sessions[0] ?? {}));

      const code = await readSnippet('docs/http-api.md', 'js', 'fetchEmailAccessSessions');
      const { stdout: printed } = await run(process.execPath, ['--input-type=module', '-e', code], {
        cwd: PROJECT,
        env: { ...process.env, STORE_URL: server.storeUrl },
      });
      expect(printed).toMatch(/^ann@example\.com \d{4}-.*Z \d{4}-.*Z\n$/);
    } finally {
      await device.close();
      await server.stop();
    }
  });
});
