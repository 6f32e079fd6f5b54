// nginx with https in front of a server, set up as docs/deployment.md shows it. Its certificate is its own.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { replaceInSnippet, startProxyProcess } from './proxy-process.ts';
import { readSnippet } from './read-snippet.ts';

export interface Nginx {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Listens on `port`, and passes requests on to the server on `targetPort`. Needs Debian's `nginx` and `openssl`. The browser must
 * ignore certificate errors.
 */
export async function startNginx(port: number, targetPort: number): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-nginx-'));
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', key, '-out', certificate];
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject]);
  const shown = await readSnippet('docs/deployment.md', 'nginx', 'proxy_pass');
  const site = replaceInSnippet(shown, {
    '443 ssl': `127.0.0.1:${port} ssl`,
    '/etc/ssl/example.com.pem': certificate,
    '/etc/ssl/example.com.key': key,
    'example.com': 'localhost',
    ':8080;': `:${targetPort};`,
  });
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const settings = [
    'daemon off;',
    `pid ${folder}/pid;`,
    'error_log stderr;',
    'events {}',
    `http {\naccess_log off;\n${own.join('\n')}\n${site}}`,
  ];
  const file = join(folder, 'nginx.conf');
  await writeFile(file, settings.join('\n'));

  const proxy = await startProxyProcess('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], port);
  return {
    url: `https://localhost:${port}`,
    stop: async () => {
      await proxy.stop('SIGQUIT');
      await rm(folder, { recursive: true });
    },
  };
}
