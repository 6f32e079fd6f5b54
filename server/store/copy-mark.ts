// The note by which a database is known to hold a copy of another store (copy/copy-store.ts). Until the copy is complete, nothing else
// opens it, so that readers are not recorded in a part of a store. Whatever opens a complete copy makes it a store of its own, which
// no copy overwrites.
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';
import { StoreError } from './store-error.ts';

/** In `notes`. Its text begins with {@link COMPLETE} or {@link INCOMPLETE}, and goes on with a random id of the run. */
export const COPY_NOTE = 'copy';
export const COMPLETE = 'complete ';
export const INCOMPLETE = 'incomplete ';

export async function readCopyMark(db: Kysely<Tables>): Promise<string | undefined> {
  const [note] = await db.selectFrom('notes').select('text').where('name', '=', COPY_NOTE).execute();
  return note?.text;
}

/**
 * Makes a complete copy a store of its own.
 * @param name of the database, for the message.
 * @throws StoreError if the copy is incomplete.
 */
export async function takeOverCopy(db: Kysely<Tables>, name: string): Promise<void> {
  await db.deleteFrom('notes').where('name', '=', COPY_NOTE).where('text', 'like', `${COMPLETE}%`).execute();
  if ((await readCopyMark(db)) !== undefined)
    throw new StoreError(
      `The database ${name} holds a copy that is not complete. Stop the server of the store that is copied, and run stillhere store copy again.`,
    );
}
