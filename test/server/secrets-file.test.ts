// With an invalid secrets file, the server reports the problem and doesn't start.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readSecrets } from '../../server/config/secrets.ts';
import { openStore } from '../../server/store/open-store.ts';

const LONG = 'x'.repeat(43);

async function withFile(text: string): Promise<() => ReturnType<typeof readSecrets>> {
  const storeFile = join(await mkdtemp(join(tmpdir(), 'stillhere-')), 'stillhere.db');
  await writeFile(`${storeFile}.secrets.json`, text, { mode: 0o600 });
  return () => readSecrets({ storeFile, secret: undefined, ownerToken: undefined });
}

describe('a secrets file', () => {
  it('with two long secrets is used', async () => {
    const read = await withFile(JSON.stringify({ secret: LONG, ownerToken: LONG }));
    expect(read()).toMatchObject({ secret: LONG, ownerToken: LONG, isNew: false });
  });

  // With an empty token, a request without a token would be the owner's. With an empty secret, anyone could sign
  // cookies.
  it.for([
    { secret: '', ownerToken: '' },
    { secret: LONG, ownerToken: '' },
    { secret: '', ownerToken: LONG },
    { secret: LONG, ownerToken: 'short' },
  ])('with %o is refused with instructions', async (secrets) => {
    const read = await withFile(JSON.stringify(secrets));
    expect(read).toThrow(/secrets\.json can't be used: correct it, or delete it/);
  });

  it.for(['{"secret":"PRIVATE","ownerToken":"PRIVATE"}', 'PRIVATE', '{"secret":PRIVATE'])(
    'with %s in it is told of without what is in it',
    async (text) => {
      const read = await withFile(text);
      let thrown: unknown;
      try {
        read();
      } catch (error) {
        thrown = error;
      }
      expect(inspect(thrown, { depth: 9 })).toContain("can't be used");
      expect(inspect(thrown, { depth: 9 })).not.toContain('PRIVATE');
    },
  );

  it('that nobody has made yet is made once by two servers that start at the same time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stillhere-'));
    const script = `import { readSecrets } from ${JSON.stringify(join(import.meta.dirname, '../../server/config/secrets.ts'))};
      console.log(JSON.stringify(readSecrets({ storeFile: process.argv[2] })));`;
    await writeFile(join(folder, 'start.mjs'), script);
    for (let round = 0; round < 4; round++) {
      const storeFile = join(folder, `new-${round}`, 's.db');
      const started = await Promise.all(
        [1, 2, 3].map(() => promisify(execFile)(process.execPath, [join(folder, 'start.mjs'), storeFile])),
      );
      const all = started.map(({ stdout }) => JSON.parse(stdout) as ReturnType<typeof readSecrets>);
      expect(new Set(all.map(({ secret, ownerToken }) => secret + ownerToken)).size).toBe(1);
      expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(await readdir(join(folder, `new-${round}`))).toEqual(['s.db.secrets.json']);
    }
  });

  it('that other users can read gets mode 600, and so does the store', async () => {
    const storeFile = join(await mkdtemp(join(tmpdir(), 'stillhere-')), 's.db');
    await writeFile(`${storeFile}.secrets.json`, JSON.stringify({ secret: LONG, ownerToken: LONG }), { mode: 0o644 });
    await writeFile(storeFile, '', { mode: 0o644 });
    readSecrets({ storeFile, secret: undefined, ownerToken: undefined });
    const store = await openStore(`file:${storeFile}`);
    await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: 0 });
    for (const file of ['', '-wal', '-shm', '.secrets.json'])
      expect([file, (await stat(storeFile + file)).mode & 0o777]).toEqual([file, 0o600]);
    await store.close();
  });

  it('that is a folder is refused and not changed', async () => {
    const storeFile = join(await mkdtemp(join(tmpdir(), 'stillhere-')), 'x');
    await mkdir(`${storeFile}.secrets.json`);
    expect(() => readSecrets({ storeFile, secret: undefined, ownerToken: undefined })).toThrow(/can't be used/);
    expect((await stat(`${storeFile}.secrets.json`)).isDirectory()).toBe(true);
  });
});
