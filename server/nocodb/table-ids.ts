// Which table and which columns are ours, by the ids that NocoDB gave them: kept in the store, so that what people rename
// while the server is down is found again, and a start under a month's limit needs no request.
import * as v from 'valibot';
import type { Outbox } from '../store/outbox.ts';
import type { FieldName } from './fields.ts';
import type { MirrorTable } from './table.ts';

const NOTE = 'nocodb-table';

const Column = v.object({ id: v.string(), title: v.string(), type: v.string() });
const Known = v.object({
  id: v.string(),
  columns: v.objectWithRest({ sessionId: Column }, Column),
  leftOut: v.array(v.string()),
});
/** As it was written before columns could be of other types than ours. */
const Earlier = v.object({
  id: v.string(),
  ids: v.objectWithRest({ sessionId: v.string() }, v.string()),
  titles: v.record(v.string(), v.string()),
});

export async function readTableIds(outbox: Outbox): Promise<MirrorTable | undefined> {
  const note = await outbox.readNote(NOTE);
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
      { id: its, title: titles[name] ?? name, type: TYPES[name as FieldName] },
    ]),
  );
  return { id, columns: columns as MirrorTable['columns'], leftOut: [] };
}

/** Only these were written to then. */
const TYPES: Readonly<Record<FieldName, string>> = {
  sessionId: 'SingleLineText',
  emailOfAccessor: 'Email',
  sessionStartTime: 'DateTime',
  sessionEndTime: 'DateTime',
  currentPage: 'SingleLineText',
  readingTime: 'Duration',
};

/** Keeps it; another table, or a column that was made anew or left out before, holds nothing of ours yet: all is written again. */
export async function writeTableIds(outbox: Outbox, table: MirrorTable): Promise<void> {
  const known = await readTableIds(outbox);
  const isSame =
    known?.id === table.id &&
    Object.entries(table.columns).every(([name, { id }]) => known.columns[name as FieldName]?.id === id);
  if (known && !isSame) {
    const records = known.id === table.id ? await outbox.listRecords() : [];
    await outbox.forgetMirrored({ fromMs: 0 });
    // In the same table they are where they were, also if the column is new by which they would be found.
    await outbox.setRecords(records);
  }
  await outbox.writeNote(NOTE, JSON.stringify(table));
}
