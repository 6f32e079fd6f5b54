// Stores the NocoDB ids of the table and its columns. So they are found after a rename while the server was down, and a
// start with a monthly limit needs no request.
import * as v from 'valibot';
import type { Notes } from '../store/notes.ts';
import type { Outbox } from '../store/outbox.ts';
import type { FieldName } from './fields.ts';
import type { MirrorTable } from './table.ts';

const NOTE = 'nocodb-table';

const Column = v.object({ id: v.string(), title: v.string(), type: v.string() });
const Known = v.object({
  id: v.string(),
  columns: v.objectWithRest({ sessionId: Column }, Column),
  leftOut: v.array(v.string()),
  /** The title that was configured then; missing: written before it was kept. */
  configured: v.exactOptional(v.string()),
});
/** The format before columns could have other types. */
const Earlier = v.object({
  id: v.string(),
  ids: v.objectWithRest({ sessionId: v.string() }, v.string()),
  titles: v.record(v.string(), v.string()),
});

/**
 * The table that was written to last; undefined if the configuration names another one since.
 * @param title as configured. A table that was renamed in NocoDB keeps its id, and needs no new configuration.
 */
export async function readTableIds(notes: Notes, title: string): Promise<MirrorTable | undefined> {
  const known = await readLastTable(notes);
  return known && (known.configured ?? title) === title ? known : undefined;
}

async function readLastTable(notes: Notes): Promise<(MirrorTable & { readonly configured?: string }) | undefined> {
  const note = await notes.read(NOTE);
  if (note === undefined) return undefined;
  const json: unknown = JSON.parse(note);
  const known = v.safeParse(Known, json);
  if (known.success) return known.output;
  const earlier = v.safeParse(Earlier, json);
  return earlier.success ? fromEarlier(earlier.output) : undefined;
}

function fromEarlier({ id, ids, titles }: v.InferOutput<typeof Earlier>): MirrorTable {
  const columns = Object.fromEntries(
    Object.entries(ids).map(([name, its]) => [
      name,
      { id: its, title: titles[name] ?? name, type: TYPES[name as FieldName] ?? '' },
    ]),
  );
  return { id, columns: columns as MirrorTable['columns'], leftOut: [] };
}

/** At that time, only these fields and types were written. */
const TYPES: Readonly<Partial<Record<FieldName, string>>> = {
  sessionId: 'SingleLineText',
  emailOfAccessor: 'Email',
  sessionStartTime: 'DateTime',
  sessionEndTime: 'DateTime',
  currentPage: 'SingleLineText',
  readingTime: 'Duration',
};

/**
 * Stores the table. In another table, or a column that was created again or omitted before, all values are missing, so
 * all sessions are written again.
 */
export async function writeTableIds(notes: Notes, outbox: Outbox, table: MirrorTable, title: string): Promise<void> {
  const known = await readLastTable(notes);
  const isSame =
    known?.id === table.id &&
    Object.entries(table.columns).every(([name, { id }]) => known.columns[name as FieldName]?.id === id);
  if (known && !isSame) {
    const records = known.id === table.id ? await outbox.listRecords() : [];
    await outbox.forgetTold({ fromMs: 0 });
    if (known.id !== table.id) await outbox.deletions.forgetRecords();
    // In the same table, records keep their ids, even if the key column is new.
    await outbox.setRecords(records);
  }
  await notes.write(NOTE, JSON.stringify({ ...table, configured: title }));
}
