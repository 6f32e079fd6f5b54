import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../../server/store/open-store.ts';
import {
  codeOfSqliteError,
  STORE_UNAVAILABLE,
  StoreError,
  storeErrorOf,
} from '../../../../server/store/store-error.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-store-'));
  await writeFile(
    join(folder, 'letter.txt'),
    'Dear reader, this is no database, though it is long enough to be taken for one. '.repeat(99),
  );
});

describe('a store that can’t be opened', () => {
  it.for([
    ['.', 'is a folder. Set STORE_URL to a file'],
    ['letter.txt', 'is not a store: it holds something else. Set STORE_URL to another file.'],
    ['letter.txt/x.db', "can't be made: a part of its path is a file"],
  ])('%s %s', async ([name = '', text = '']) => {
    const opening = openStore(`file:${join(folder, name)}`);
    await expect(opening).rejects.toThrow(StoreError);
    await expect(opening).rejects.toThrow(text);
  });

  // Tests may run as root, who may write everywhere.
  it.for([
    [{ code: 'EACCES' }, 'write access'],
    [{ code: 'EROFS' }, 'write access'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 8 }, 'write access'],
    // SQLITE_READONLY_DIRECTORY
    [{ code: 'ERR_SQLITE_ERROR', errcode: 1544 }, 'write access'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 14 }, 'write access'],
    [{ code: 'ENOSPC' }, 'Make room'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'Make room'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 11 }, 'Put a backup in its place'],
  ] as const)('for %o', ([details, cure]) => {
    const cause = Object.assign(new Error('x'), details);
    const error = storeErrorOf('/data/a.db', cause) as Error;
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).code).toBe('STORE');
    expect(error.message).toMatch(/\/data\/a\.db/);
    expect(error.message).toContain(cure);
    expect(error.cause).toBe(cause);
  });

  it('for another reason keeps its own error', () => {
    const busy = Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 });
    expect(storeErrorOf('/data/a.db', busy)).toBe(busy);
    const bug = new TypeError('x is not a function');
    expect(storeErrorOf('/data/a.db', bug)).toBe(bug);
  });
});

describe('an error of an open store', () => {
  it.for([
    [5, 'database is locked'],
    // SQLITE_IOERR_WRITE
    [778, 'disk I/O error'],
    [13, 'database or disk is full'],
  ] as const)('with the code %i passes by itself: %s', ([errcode, message]) => {
    const error = Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
    expect(codeOfSqliteError(error)).toBe(STORE_UNAVAILABLE);
  });

  it('of another kind keeps its code', () => {
    const constraint = Object.assign(new Error('UNIQUE constraint failed'), { code: 'ERR_SQLITE_ERROR', errcode: 19 });
    expect(codeOfSqliteError(constraint)).toBe('ERR_SQLITE_ERROR');
    expect(codeOfSqliteError(new TypeError('x is not a function'))).toBeUndefined();
  });
});
