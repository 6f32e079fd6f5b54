// Makes a backup of a store's file while its server runs. VACUUM INTO reads in one transaction, so it ends however much is written
// meanwhile; SQLite's backup API begins again after each commit of another process.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError, storeErrorOf } from '../store-error.ts';
import { configureConnection } from './connection.ts';

/**
 * The backup has all that was committed before. It appears under its name when it is whole, checked and durable, and only its owner can
 * read it.
 * @throws StoreError if `target` exists or can't be written, or if the store is damaged.
 */
export function backUpFile(file: string, target: string): void {
  // SQLite takes some relative names for a URI.
  const whole = resolve(target);
  const part = `${whole}.part`;
  if (!existsSync(file)) throw new StoreError(`There is no store ${file}.`);
  requireNew(whole);
  makePart(part);
  try {
    copyInto(file, part);
    checkFile(part);
    flush(part);
    requireNew(whole);
    renameSync(part, whole);
    // Windows has no way to flush a folder.
    if (process.platform !== 'win32') flush(dirname(whole));
  } catch (error) {
    for (const one of [part, `${part}-journal`]) rmSync(one, { force: true });
    throw error;
  }
}

function requireNew(target: string): void {
  if (existsSync(target))
    throw new StoreError(`${target} exists, and a backup doesn't overwrite anything. Give another name.`);
}

/** Empty, which SQLite accepts, and from the beginning with mode 600. */
function makePart(part: string): void {
  try {
    closeSync(openSync(part, 'wx', 0o600));
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new StoreError(
      isThere
        ? `${part} exists: another backup is being made, or was interrupted. If none is being made, delete the file.`
        : `The backup can't be written: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function copyInto(file: string, part: string): void {
  const connection = openFile(file);
  try {
    connection.prepare('VACUUM INTO ?').run(part);
  } catch (cause) {
    throw new StoreError(
      `The backup can't be written to ${part}: ${(cause as Error).message}. Nothing has changed in ${file}.`,
      {
        cause,
      },
    );
  } finally {
    connection.close();
  }
}

function openFile(file: string): DatabaseSync {
  try {
    const connection = new DatabaseSync(file, { readOnly: true });
    configureConnection(connection, true);
    // Reads the file for the first time.
    connection.exec('PRAGMA schema_version');
    return connection;
  } catch (error) {
    throw storeErrorOf(file, error);
  }
}

function checkFile(part: string): void {
  const connection = openFile(part);
  try {
    const [found] = connection.prepare('PRAGMA integrity_check(1)').all();
    const [orphan] = connection.prepare('PRAGMA foreign_key_check').all();
    if (found?.['integrity_check'] !== 'ok' || orphan)
      throw new StoreError(
        'The store is damaged, and so is what was copied of it. stillhere store check says what is wrong.',
      );
  } finally {
    connection.close();
  }
}

/** What was written to the file, or the names in the folder, survive a loss of power. */
function flush(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
