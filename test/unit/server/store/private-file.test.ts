import fs from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeToOthers, makePrivate } from '../../../../server/store/private-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-private-'));
  file = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (): Promise<number> => (await stat(file)).mode & 0o777;

describe('a private file', () => {
  it('is made empty, and readable by its owner only; one that exists is left as it is', async () => {
    makePrivate(file);
    expect([await modeOf(), (await stat(file)).size]).toEqual([0o600, 0]);
    await writeFile(file, 'kept');
    makePrivate(file);
    expect((await stat(file)).size).toBe(4);
  });

  it.for([
    [0o644, 0o600],
    [0o640, 0o600],
    [0o604, 0o600],
    // Nobody else has access: what its owner has chosen stays.
    [0o400, 0o400],
    [0o700, 0o700],
  ] as const)('of mode %o gets mode %o', async ([before, after]) => {
    await writeFile(file, '');
    fs.chmodSync(file, before);
    closeToOthers(file);
    expect(await modeOf()).toBe(after);
  });

  describe('of another user', () => {
    beforeEach(() => {
      vi.spyOn(fs, 'chmodSync').mockImplementation(() => {
        throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
      });
      syncBuiltinESMExports();
    });
    afterEach(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });

    it('is refused if others can read it, with what to do and the cause', async () => {
      await writeFile(file, '', { mode: 0o644 });
      expect(() => closeToOthers(file)).toThrow(
        expect.objectContaining({
          message: `Other users can read ${file}, and this user can't change that: run chmod 600 on it as its owner`,
          cause: expect.objectContaining({ code: 'EPERM' }) as unknown,
        }) as Error,
      );
    });

    it('is taken if they can’t', async () => {
      await writeFile(file, '', { mode: 0o600 });
      expect(() => closeToOthers(file)).not.toThrow();
    });
  });
});
