// The disk is full, or has become read-only: what can't be stored is refused for now, what is there can be read, and all is right once
// it can be written again. A limit for the sizes of the process's files takes the full disk's place: `write` fails for each. strace has
// the system answer EROFS, as a disk does that was mounted anew for reading: with files open for writing, nobody can mount it so.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import { askForAccess } from '../helpers/cookies.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';

let server: StillhereServer;
let session: string;
let startMs: number;
beforeEach(async () => {
  server = await StillhereServer.start({ LOG_LEVEL: 'error' });
  session = await enter('ann@example.com');
  startMs = Date.now();
});
afterEach(() => server.stop());

async function enter(email: string): Promise<string> {
  return /session_record_id=([^;]+)/.exec(await askForAccess(server.url, email))?.[1] ?? '';
}

function beat(id: string): Promise<Response> {
  const span = { id, session, page: '/a/', start: startMs, end: Date.now() };
  return fetch(server.url + HEARTBEAT_PATH, {
    method: 'POST',
    body: JSON.stringify({ sentAt: Date.now(), spans: [span] }),
  });
}

/** @param bytes that each file of the server may have; undefined: no limit. */
function limitFiles(bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(server.pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`]);
}

/** Makes the disk's trouble. @returns ends it. */
type Trouble = () => Promise<() => Promise<void>>;

const fillDisk: Trouble = async () => {
  limitFiles(0);
  return async () => limitFiles(undefined);
};

const makeReadOnly: Trouble = async () => {
  const calls = 'pwrite64,ftruncate,fallocate,unlink';
  const options = ['-f', '-p', String(server.pid), '-o', '/dev/null', '-e', `inject=${calls}:error=EROFS`];
  const strace = spawn('strace', options, { stdio: ['ignore', 'ignore', 'pipe'] });
  // It says to which threads it has attached itself.
  await once(strace.stderr, 'data');
  return async () => {
    strace.kill();
    await once(strace, 'exit');
  };
};

const canInject = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
if (!canInject) console.warn('A read-only disk is not tested: strace is not installed, or may not trace');

it.for<[string, Trouble]>([
  ['full', fillDisk],
  ...(canInject ? ([['read-only', makeReadOnly]] satisfies [string, Trouble][]) : []),
])(
  'on a %s disk refuses deliveries and new readers for now, shows what there is, and loses nothing that it acknowledged',
  async ([, begin]) => {
    const stored = ((await (await beat('before')).json()) as Receipt).stored;
    expect(stored).toEqual(['before']);
    // The store makes the key for the owner's ids when they are first asked for.
    await server.session(session);
    const end = await begin();

    const refused = await beat('meanwhile');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    const gate = await fetch(`${server.url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":"bob@example.com"}',
    });
    expect([gate.status, gate.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await server.session(session)).spans.map(({ id }) => id)).toEqual(['before']);
    expect((await fetch(server.url)).status).toBe(200);
    expect(server.output).toMatch(/disk/);

    await end();
    expect(((await (await beat('meanwhile')).json()) as Receipt).stored).toEqual(['meanwhile']);
    expect(await enter('bob@example.com')).not.toBe('');
    expect((await server.session(session)).spans.map(({ id }) => id).toSorted()).toEqual(['before', 'meanwhile']);
    await server.stop();
    const database = new DatabaseSync(server.storeUrl.replace('file:', ''));
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    database.close();
  },
);
