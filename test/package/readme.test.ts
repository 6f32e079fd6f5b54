// What the README and docs/ tell an owner to type, run as it stands there; only the port is the test's own. (`npm ci && npm test` is
// what CI runs.)
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { it } from '../helpers/browser-test.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { passGate } from '../helpers/reader.ts';
import { OWNER_TOKEN } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const PROJECT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

describe('the documentation', () => {
  it('puts a gate before a built site, and its two lines record the reading', async ({ serve: start, device }) => {
    const lines = await readSnippet('docs/integrations/html.md', 'html', '<session-heartbeat>');
    const serve = await readSnippet('README.md', 'sh', 'stillhere serve dist');
    const [, protect = ''] = serve.match(/--protect (\S+)/) ?? [];
    const files = { '/report/': `<!doctype html><title>Report</title>\n${lines}` };
    const server = await start(files, { PROTECT: protect });
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
  });
});
