// The table `emailAccess` in NocoDB: made when it isn't there, mended where a field is missing, its rows never touched.
import type { NocoAnswer } from './answer.ts';
import type { NocoClient } from './client.ts';
import type { NewField, NocoField, NocoTable } from './shapes.ts';

/** The fields that the mirror writes, by our names. */
export type FieldName =
  'sessionId' | 'emailOfAccessor' | 'sessionStartTime' | 'sessionEndTime' | 'currentPage' | 'readingTime';

interface OurField extends NewField {
  readonly title: FieldName | 'durationMinutes';
}

const DATE_TIME = {
  date_format: 'YYYY-MM-DD',
  time_format: 'HH:mm:ss',
  '12hr_format': false,
  display_timezone: true,
  timezone: 'Etc/UTC',
};

/** In the order of the columns; the first one is the title of a row. */
const FIELDS: readonly OurField[] = [
  { title: 'emailOfAccessor', type: 'Email' },
  { title: 'sessionStartTime', type: 'DateTime', options: DATE_TIME },
  { title: 'sessionEndTime', type: 'DateTime', options: DATE_TIME },
  { title: 'readingTime', type: 'Duration', options: { duration_format: 'h:mm:ss' } },
  { title: 'currentPage', type: 'SingleLineText' },
  { title: 'sessionId', type: 'SingleLineText', unique: true },
  {
    title: 'durationMinutes',
    type: 'Formula',
    options: { formula: "DATETIME_DIFF({sessionEndTime},{sessionStartTime},'m')" },
  },
];

/** Where to write: ids, which survive a rename in the grid. */
export interface MirrorTable {
  readonly id: string;
  /** Our name → the field's id. */
  readonly ids: Readonly<Record<FieldName, string>>;
  /** Our name → the title under which answers show the field. */
  readonly titles: Readonly<Record<FieldName, string>>;
}

export interface PreparedTable {
  readonly table: MirrorTable;
  /** What was done, a sentence each; nothing if all was there. */
  readonly done: readonly string[];
}

/** The table as it is in NocoDB, undefined if it isn't there, and what is wrong with it. */
export interface InspectedTable {
  readonly found: NocoTable | undefined;
  readonly missing: readonly OurField[];
  /** A sentence each. */
  readonly problems: readonly string[];
}

/** Looks at the table and changes nothing. @param known see {@link prepareTable}. */
export async function inspectTable(
  client: NocoClient,
  title: string,
  known?: MirrorTable,
): Promise<NocoAnswer<InspectedTable>> {
  const table = await findTable(client, title, known);
  if (table.type !== 'ok') return table;
  const found = table.value;
  if (!found) return { type: 'ok', value: { found, missing: FIELDS, problems: [`there is no table ${title}`] } };
  const missing = FIELDS.filter(({ title: name }) => !findField(found, name, known));
  const ofWrongType = FIELDS.flatMap(({ title: name, type }) => {
    const has = findField(found, name, known);
    return has && has.type !== type ? [`the field ${has.title} is of type ${has.type} and must be ${type}`] : [];
  });
  const problems = [...missing.map(({ title: name }) => `the field ${name} is missing`), ...ofWrongType];
  return { type: 'ok', value: { found, missing, problems } };
}

async function findTable(
  client: NocoClient,
  title: string,
  known: MirrorTable | undefined,
): Promise<NocoAnswer<NocoTable | undefined>> {
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
 * Finds the table, makes it or adds the fields that are missing. May be called again and again.
 * @param known from an earlier call: what was renamed meanwhile is found by its id, and not made a second time.
 */
export async function prepareTable(
  client: NocoClient,
  title: string,
  known?: MirrorTable,
): Promise<NocoAnswer<PreparedTable>> {
  const inspected = await inspectTable(client, title, known);
  if (inspected.type !== 'ok') return inspected;
  const { found, missing, problems } = inspected.value;
  if (!found) {
    const made = await client.createTable(title, FIELDS);
    return made.type === 'ok' ? order(client, made.value, undefined, [`made the table ${title}`]) : made;
  }
  const [ofWrongType] = problems.slice(missing.length);
  if (ofWrongType !== undefined) return { type: 'refused', message: ofWrongType };
  const added: NocoField[] = [];
  for (const field of missing) {
    const made = await client.addField(found.id, field);
    if (made.type !== 'ok') return made;
    added.push(made.value);
  }
  const whole = { ...found, fields: [...found.fields, ...added] };
  if (added.length === 0) return toPrepared(whole, known, []);
  return order(
    client,
    whole,
    known,
    missing.map(({ title: name }) => `added the field ${name}`),
  );
}

/** The newest session first in the default view, unless somebody has sorted it. */
async function order(
  client: NocoClient,
  table: NocoTable,
  known: MirrorTable | undefined,
  done: readonly string[],
): Promise<NocoAnswer<PreparedTable>> {
  const [view] = table.views;
  const start = findField(table, 'sessionStartTime', known);
  if (view && start) {
    const sorted = await client.sortDescending(view.id, start.id);
    if (sorted.type !== 'ok') return sorted;
  }
  return toPrepared(table, known, done);
}

function findField(table: NocoTable, name: string, known: MirrorTable | undefined): NocoField | undefined {
  const knownId = known?.ids[name as FieldName];
  return table.fields.find(({ id }) => id === knownId) ?? table.fields.find(({ title }) => title === name);
}

function toPrepared(
  table: NocoTable,
  known: MirrorTable | undefined,
  done: readonly string[],
): NocoAnswer<PreparedTable> {
  const ids: Record<string, string> = {};
  const titles: Record<string, string> = {};
  for (const { title } of FIELDS) {
    const field = findField(table, title, known);
    if (!field) return { type: 'refused', message: `NocoDB made the table without the field ${title}` };
    ids[title] = field.id;
    titles[title] = field.title;
  }
  return {
    type: 'ok',
    value: { table: { id: table.id, ids: ids as MirrorTable['ids'], titles: titles as MirrorTable['titles'] }, done },
  };
}
