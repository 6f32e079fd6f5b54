// The table `emailAccess` in NocoDB: created if it is missing, repaired if a field is missing; its rows are never
// changed. A column with an unsuitable type is omitted and reported; the others are written.
import type { NocoResult, NocoFailure } from './response.ts';
import type { NocoClient } from './client.ts';
import { canHold } from './columns.ts';
import { DURATION_MINUTES, FIELDS, KINDS, LATER_FIELDS, type FieldName, type OurField } from './fields.ts';
import type { NocoField, NocoTable } from './schemas.ts';

export interface Column {
  /** Stays the same after a rename in the grid. */
  readonly id: string;
  /** The field's name in responses. */
  readonly title: string;
  readonly type: string;
}

/** The table and columns to write to. */
export interface MirrorTable {
  readonly id: string;
  /** Internal name → column. Missing names are omitted. */
  readonly columns: Readonly<{ sessionId: Column } & Partial<Record<FieldName, Column>>>;
  /** Why columns are omitted, one sentence each. */
  readonly leftOut: readonly string[];
}

export function namesOf({ columns }: MirrorTable): readonly FieldName[] {
  return (Object.keys(KINDS) as FieldName[]).filter((name) => columns[name] !== undefined);
}

export interface PreparedTable {
  readonly table: MirrorTable;
  /** What was done, one sentence each; empty if nothing was missing. */
  readonly done: readonly string[];
}

/** The table as it is in NocoDB (undefined if it doesn't exist), and its problems. */
export interface InspectedTable {
  readonly found: NocoTable | undefined;
  readonly missing: readonly OurField[];
  /** Problems that `prepareTable` repairs, one sentence each. */
  readonly problems: readonly string[];
  /** Problems that only a person can repair, one sentence each. */
  readonly leftOut: readonly string[];
}

/** Inspects the table and changes nothing. @param known see {@link prepareTable}. */
export async function inspectTable(
  client: NocoClient,
  title: string,
  known?: MirrorTable,
): Promise<NocoResult<InspectedTable>> {
  const table = await findTable(client, title, known);
  if (table.type !== 'ok') return table;
  const found = table.value;
  if (!found)
    return { type: 'ok', value: { found, missing: FIELDS, problems: [`there is no table ${title}`], leftOut: [] } };
  const has = (name: OurField['title']): boolean => findField(found, name, known) !== undefined;
  const isTime = (name: FieldName): boolean => {
    const type = findField(found, name, known)?.type ?? 'DateTime';
    return type === 'DateTime';
  };
  const isCountable = isTime('sessionStartTime') && isTime('sessionEndTime');
  // The formula needs two DateTime columns. Without them it is not missing.
  const missing = FIELDS.filter((field) => !has(field.title) && (field !== DURATION_MINUTES || isCountable));
  const problems = missing.map(({ title: name }) => `the field ${name} is missing`);
  return { type: 'ok', value: { found, missing, problems, leftOut: findUnfit(found, known) } };
}

async function findTable(
  client: NocoClient,
  title: string,
  known: MirrorTable | undefined,
): Promise<NocoResult<NocoTable | undefined>> {
  if (known) {
    const read = await client.readTable(known.id);
    if (read.type !== 'no-table') return read;
  }
  const tables = await client.listTables();
  if (tables.type !== 'ok') return tables;
  const listed = tables.value.list.find((table) => table.title === title);
  return listed ? client.readTable(listed.id) : { type: 'ok', value: undefined };
}

/**
 * Finds or creates the table and adds missing fields. Safe to repeat.
 * @param known from an earlier call. A renamed table or field is then found by its id instead of being created again.
 * @param isSetup whether a person asked for it. Otherwise a table in use gets no field that a later version brought.
 */
export async function prepareTable(
  client: NocoClient,
  title: string,
  known?: MirrorTable,
  isSetup = true,
): Promise<NocoResult<PreparedTable>> {
  const inspected = await inspectTable(client, title, known);
  if (inspected.type !== 'ok') return inspected;
  const { found } = inspected.value;
  const isInUse = found !== undefined && findField(found, 'sessionId', known) !== undefined;
  const missing = inspected.value.missing.filter((field) => isSetup || !isInUse || !LATER_FIELDS.includes(field.title));
  if (!found) {
    const made = await client.createTable(title, FIELDS);
    return made.type === 'ok' ? order(client, made.value, undefined, [`created the table ${title}`]) : made;
  }
  const added: NocoField[] = [];
  const refused: string[] = [];
  for (const field of missing) {
    const made = await client.addField(found.id, field);
    if (made.type === 'ok') added.push(made.value);
    // Denied: the token reads the table, but may not add columns (in NocoDB, an editor's).
    else if (made.type !== 'refused' && made.type !== 'denied') return made;
    else refused.push(`the field ${field.title} can't be added and is left out (${made.message})`);
  }
  const whole = { ...found, fields: [...found.fields, ...added] };
  if (added.length === 0) return toPrepared(whole, known, [], refused);
  return order(
    client,
    whole,
    known,
    added.map(({ title: name }) => `added the field ${name}`),
    refused,
  );
}

/** Sorts the default view by newest session, unless a person has sorted it. Optional: failures are ignored. */
async function order(
  client: NocoClient,
  table: NocoTable,
  known: MirrorTable | undefined,
  done: readonly string[],
  refused: readonly string[] = [],
): Promise<NocoResult<PreparedTable>> {
  const [view] = table.views;
  const start = findField(table, 'sessionStartTime', known);
  if (view && start) await client.sortDescending(view.id, start.id);
  return toPrepared(table, known, done, refused);
}

/** Prefers a field of a suitable type; then the known id over the title. */
function findField(table: NocoTable, name: OurField['title'], known: MirrorTable | undefined): NocoField | undefined {
  const knownId = name === 'durationMinutes' ? undefined : known?.columns[name]?.id;
  const found = [
    ...table.fields.filter(({ id }) => id === knownId),
    ...table.fields.filter(({ title }) => title === name),
  ];
  return (name === 'durationMinutes' ? undefined : found.find(({ type }) => canHold(type, KINDS[name]))) ?? found[0];
}

function findUnfit(table: NocoTable, known: MirrorTable | undefined): readonly string[] {
  return FIELDS.flatMap(({ title: name, type }) => {
    if (name === 'durationMinutes') return [];
    const field = findField(table, name, known);
    if (!field || canHold(field.type, KINDS[name])) return [];
    const why = `the column ${field.title} is of type ${field.type}, which can't hold ${name}, so it is left out`;
    return [`${why}. Change its type to ${type} in NocoDB, or rename it and run: nocodb setup`];
  });
}

function toPrepared(
  table: NocoTable,
  known: MirrorTable | undefined,
  done: readonly string[],
  refused: readonly string[],
): NocoResult<PreparedTable> {
  const leftOut = [...findUnfit(table, known), ...refused];
  const columns = Object.fromEntries(
    FIELDS.flatMap(({ title: name }) => {
      if (name === 'durationMinutes') return [];
      const field = findField(table, name, known);
      return field && canHold(field.type, KINDS[name]) ? [[name, toColumn(field)]] : [];
    }),
  ) as Partial<Record<FieldName, Column>>;
  const { sessionId } = columns;
  if (!sessionId) return withoutKey(leftOut);
  return { type: 'ok', value: { table: { id: table.id, columns: { ...columns, sessionId }, leftOut }, done } };
}

/** The key identifies a session's row. */
function withoutKey(leftOut: readonly string[]): NocoFailure {
  const why = leftOut.find((sentence) => sentence.includes('sessionId')) ?? 'the field sessionId is missing';
  return { type: 'refused', message: `${why}. Without it nothing can be written` };
}

function toColumn({ id, title, type }: NocoField): Column {
  return { id, title, type };
}
