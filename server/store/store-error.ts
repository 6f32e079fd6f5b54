// Why a store can't be opened, in words for the person who starts the server; and which failures of an open one pass by themselves.

/** The file that the configuration names can't be used as a store. The message says why, and what to do. */
export class StoreError extends Error {
  readonly code = 'STORE';
}

/** The code of an error of an open store that can't be read or written now: the request may succeed later, unchanged. */
export const STORE_UNAVAILABLE = 'STORE_UNAVAILABLE';

/** SQLITE_BUSY, _LOCKED, _NOMEM, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB. */
const UNAVAILABLE: readonly number[] = [5, 6, 7, 8, 10, 11, 13, 14, 26];

/** {@link STORE_UNAVAILABLE} where it fits an error of SQLite, otherwise the error's own code. */
export function codeOfSqliteError({ code, errcode }: NodeJS.ErrnoException & { errcode?: number }): string | undefined {
  return errcode !== undefined && UNAVAILABLE.includes(errcode & RESULT_CODE_BITS) ? STORE_UNAVAILABLE : code;
}

/** SQLite's result codes, https://www.sqlite.org/rescode.html. Node has them as `errcode`, extended by the upper bits. */
const RESULT_CODE_BITS = 0xff;
const CAUSES: Readonly<Record<number | string, (file: string) => string>> = {
  EISDIR: (file) => `${file} is a folder. Set STORE_URL to a file, like file:data/stillhere.db.`,
  ENOTDIR: misplaced,
  EEXIST: misplaced,
  EACCES: unwritable,
  EPERM: unwritable,
  EROFS: unwritable,
  ENOSPC: full,
  // SQLITE_READONLY, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_NOTADB
  8: unwritable,
  11: (file) => `The store ${file} is damaged. Put a backup in its place, and keep the damaged file for a repair.`,
  13: full,
  14: unwritable,
  26: (file) => `${file} is not a store: it holds something else. Set STORE_URL to another file.`,
};

/** The error itself where its cause isn't in the file. */
export function storeErrorOf(file: string, error: unknown): unknown {
  const { code, errcode } = error as { readonly code?: string; readonly errcode?: number };
  const say = CAUSES[errcode === undefined ? (code ?? '') : errcode & RESULT_CODE_BITS];
  return say ? new StoreError(say(file), { cause: error }) : error;
}

function misplaced(file: string): string {
  return `The store ${file} can't be made: a part of its path is a file. Set STORE_URL to another file.`;
}

function unwritable(file: string): string {
  return `The store ${file} can't be opened for writing by this user. Give it write access to the file and to its folder, or set STORE_URL to another file.`;
}

function full(file: string): string {
  return `The disk of the store ${file} is full. Make room, then start again.`;
}
