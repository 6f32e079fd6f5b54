// Which table and which fields are ours, by the ids that NocoDB gave them: kept in the store, so that what people rename
// while the server is down is found again.
import type { Outbox } from '../store/outbox.ts';
import type { FieldName, MirrorTable } from './table.ts';

const NOTE = 'nocodb-table';

export async function readKnownTable(outbox: Outbox): Promise<MirrorTable | undefined> {
  const note = await outbox.readNote(NOTE);
  return note === undefined ? undefined : (JSON.parse(note) as MirrorTable);
}

/** Keeps it; another table, or a field that was made anew, holds nothing of ours yet: all is written again. */
export async function writeKnownTable(outbox: Outbox, table: MirrorTable): Promise<void> {
  const known = await readKnownTable(outbox);
  const isSame =
    known?.id === table.id && Object.entries(table.ids).every(([name, id]) => known.ids[name as FieldName] === id);
  if (known && !isSame) await outbox.forgetMirrored({ fromMs: 0 });
  await outbox.writeNote(NOTE, JSON.stringify(table));
}
