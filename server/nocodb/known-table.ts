// Which table and which fields are ours, by the ids that NocoDB gave them: kept in the store, so that what people rename
// while the server is down is found again.
import type { SessionStore } from '../store/session-store.ts';
import type { MirrorTable } from './table.ts';

const NOTE = 'nocodb-table';

export async function readKnownTable(store: Pick<SessionStore, 'readNote'>): Promise<MirrorTable | undefined> {
  const note = await store.readNote(NOTE);
  return note === undefined ? undefined : (JSON.parse(note) as MirrorTable);
}

/** Keeps it; a table that is another one than before holds none of our records. */
export async function writeKnownTable(
  store: Pick<SessionStore, 'readNote' | 'writeNote' | 'forgetMirrored'>,
  table: MirrorTable,
): Promise<void> {
  const known = await readKnownTable(store);
  if (known && known.id !== table.id) await store.forgetMirrored(0, true);
  await store.writeNote(NOTE, JSON.stringify(table));
}
