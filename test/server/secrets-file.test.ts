// A secrets file that was spoilt opens nothing: the server says so and doesn't start.
import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSecrets } from '../../server/secrets.ts';

const LONG = 'x'.repeat(43);

async function withFile(text: string): Promise<() => ReturnType<typeof readSecrets>> {
  const storeFile = join(await mkdtemp(join(tmpdir(), 'stillhere-')), 'stillhere.db');
  await writeFile(`${storeFile}.secrets.json`, text, { mode: 0o600 });
  return () => readSecrets({ storeFile, secret: undefined, ownerToken: undefined });
}

describe('a secrets file', () => {
  it('with two long secrets is used as it is', async () => {
    const read = await withFile(JSON.stringify({ secret: LONG, ownerToken: LONG }));
    expect(read()).toMatchObject({ secret: LONG, ownerToken: LONG, isNew: false });
  });

  // With an empty token, a request without any token would be the owner's; with an empty secret, anyone could sign cookies.
  it.for([
    { secret: '', ownerToken: '' },
    { secret: LONG, ownerToken: '' },
    { secret: '', ownerToken: LONG },
    { secret: LONG, ownerToken: 'short' },
  ])('with %o is refused with what to do', async (secrets) => {
    const read = await withFile(JSON.stringify(secrets));
    expect(read).toThrow(/secrets\.json can't be used: mend it, or delete it/);
  });

  it('that is a folder is refused, and left alone', async () => {
    const storeFile = join(await mkdtemp(join(tmpdir(), 'stillhere-')), 'x');
    await mkdir(`${storeFile}.secrets.json`);
    expect(() => readSecrets({ storeFile, secret: undefined, ownerToken: undefined })).toThrow(/can't be used/);
    expect((await stat(`${storeFile}.secrets.json`)).isDirectory()).toBe(true);
  });
});
