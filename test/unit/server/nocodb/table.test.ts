// The table in NocoDB: found by its ids, made where it is missing, completed, and never bent.
import { beforeEach, describe, expect, it } from 'vitest';
import type { NocoClient } from '../../../../server/nocodb/client.ts';
import type { NocoResult } from '../../../../server/nocodb/response.ts';
import type { NewField, NocoField, NocoTable } from '../../../../server/nocodb/schemas.ts';
import { inspectTable, namesOf, prepareTable, type MirrorTable } from '../../../../server/nocodb/table.ts';

const TYPES: Readonly<Record<string, string>> = {
  emailOfAccessor: 'Email',
  sessionStartTime: 'DateTime',
  sessionEndTime: 'DateTime',
  readingTime: 'Duration',
  currentPage: 'SingleLineText',
  identity: 'SingleLineText',
  sessionId: 'SingleLineText',
  durationMinutes: 'Formula',
};
const WRITTEN = Object.keys(TYPES).filter((title) => title !== 'durationMinutes');

let tables: NocoTable[];
let done: string[];
let refuseFields: readonly string[];
let refusal: 'refused' | 'denied';
let failure: NocoResult<never> | undefined;
beforeEach(() => {
  tables = [];
  done = [];
  refuseFields = [];
  refusal = 'refused';
  failure = undefined;
});

const ok = <T>(value: T): NocoResult<T> => failure ?? { type: 'ok', value };
const DATE_TIME = {
  date_format: 'YYYY-MM-DD',
  time_format: 'HH:mm:ss',
  '12hr_format': false,
  display_timezone: true,
  timezone: 'Etc/UTC',
};

const parts = {
  listTables: async () => ok({ list: tables.map(({ id, title }) => ({ id, title })) }),
  readTable: async (id: string): Promise<NocoResult<NocoTable>> => {
    const found = tables.find((table) => table.id === id);
    return found ? ok(found) : { type: 'no-table', message: 'no table' };
  },
  createTable: async (title: string, fields: readonly NewField[]) => {
    done.push(`create ${title} ${JSON.stringify(fields)}`);
    return ok(makeTable(title, fields));
  },
  addField: async (id: string, field: NewField): Promise<NocoResult<NocoField>> => {
    done.push(`add ${field.title} to ${id}`);
    if (refuseFields.includes(field.title)) return { type: refusal, message: 'not this one' };
    return ok({ id: `new-${field.title}`, title: field.title, type: field.type });
  },
  sortDescending: async (view: string, field: string) => {
    done.push(`sort ${view} by ${field}`);
    return ok({});
  },
};
const client = parts as unknown as NocoClient;

function makeTable(
  title: string,
  fields: readonly NewField[] = Object.entries(TYPES).map(([name, type]) => ({ title: name, type })),
): NocoTable {
  return {
    id: `id-${title}`,
    title,
    fields: fields.map(({ title: name, type }) => ({ id: `f-${name}`, title: name, type })),
    views: [{ id: 'view' }, { id: 'other view' }],
  };
}

/** The columns with these changes of title or type. */
const fieldsWith = (changes: Readonly<Record<string, Partial<NocoField> | undefined>>): NocoField[] =>
  makeTable('x').fields.flatMap((field) => {
    if (field.title in changes && changes[field.title] === undefined) return [];
    return { ...field, ...changes[field.title] };
  });

async function prepare(known?: MirrorTable, isSetup?: boolean) {
  const prepared = await prepareTable(client, 'emailAccess', known, isSetup);
  if (prepared.type !== 'ok') throw new Error(`${prepared.type}: ${prepared.message}`);
  return prepared.value;
}

describe('a table that is missing', () => {
  it('is made with all columns, and sorted by the start', async () => {
    tables = [makeTable('another')];
    expect(await inspectTable(client, 'emailAccess')).toMatchObject({
      value: { found: undefined, problems: ['there is no table emailAccess'], leftOut: [] },
    });
    const { table, done: said } = await prepare();
    expect(said).toEqual(['created the table emailAccess']);
    expect(namesOf(table)).toEqual([
      'sessionId',
      'emailOfAccessor',
      'identity',
      'sessionStartTime',
      'sessionEndTime',
      'currentPage',
      'readingTime',
    ]);
    const fields = [
      { title: 'emailOfAccessor', type: 'Email' },
      { title: 'sessionStartTime', type: 'DateTime', options: DATE_TIME },
      { title: 'sessionEndTime', type: 'DateTime', options: DATE_TIME },
      { title: 'readingTime', type: 'Duration', options: { duration_format: 'h:mm:ss' } },
      { title: 'currentPage', type: 'SingleLineText' },
      { title: 'identity', type: 'SingleLineText' },
      { title: 'sessionId', type: 'SingleLineText', unique: true },
      {
        title: 'durationMinutes',
        type: 'Formula',
        options: { formula: "DATETIME_DIFF({sessionEndTime},{sessionStartTime},'m')" },
      },
    ];
    expect(done).toEqual([`create emailAccess ${JSON.stringify(fields)}`, 'sort view by f-sessionStartTime']);
  });

  it('that can not be made says why', async () => {
    const failing = {
      ...parts,
      createTable: async () => ({ type: 'denied', message: 'no' }),
    } as unknown as NocoClient;
    expect(await prepareTable(failing, 'emailAccess')).toEqual({ type: 'denied', message: 'no' });
  });
});

describe('a table that is there', () => {
  it('and complete is left as it is', async () => {
    tables = [makeTable('emailAccess')];
    const { table, done: said } = await prepare();
    expect(said).toEqual([]);
    expect(done).toEqual([]);
    expect(table).toEqual({
      id: 'id-emailAccess',
      leftOut: [],
      columns: Object.fromEntries(WRITTEN.map((name) => [name, { id: `f-${name}`, title: name, type: TYPES[name] }])),
    });
    expect(await inspectTable(client, 'emailAccess')).toMatchObject({
      value: { problems: [], missing: [], leftOut: [] },
    });
  });

  it('gets the columns that are missing, and is sorted', async () => {
    tables = [
      { ...makeTable('emailAccess'), fields: fieldsWith({ readingTime: undefined, durationMinutes: undefined }) },
    ];
    expect(await inspectTable(client, 'emailAccess')).toMatchObject({
      value: { problems: ['the field readingTime is missing', 'the field durationMinutes is missing'] },
    });
    const { table, done: said } = await prepare();
    expect(said).toEqual(['added the field readingTime', 'added the field durationMinutes']);
    expect(done).toEqual([
      'add readingTime to id-emailAccess',
      'add durationMinutes to id-emailAccess',
      'sort view by f-sessionStartTime',
    ]);
    expect(table.columns.readingTime).toEqual({ id: 'new-readingTime', title: 'readingTime', type: 'Duration' });
  });

  it('gets a column that came later by setup, unless nothing has been written to it yet', async () => {
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ identity: undefined, readingTime: undefined }) }];
    expect((await prepare(undefined, false)).done).toEqual(['added the field readingTime']);
    expect((await prepare()).done).toEqual(['added the field readingTime', 'added the field identity']);
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ identity: undefined, sessionId: undefined }) }];
    expect((await prepare(undefined, false)).done).toEqual(['added the field identity', 'added the field sessionId']);
  });

  it('is used without columns that its token may not add', async () => {
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ readingTime: undefined }) }];
    refuseFields = ['readingTime'];
    refusal = 'denied';
    const { table, done: said } = await prepare();
    expect(said).toEqual([]);
    expect(table.leftOut).toEqual(["the field readingTime can't be added and is left out (not this one)"]);
    expect(table.columns).toMatchObject({ sessionId: { title: 'sessionId' } });
    expect(Object.keys(table.columns)).not.toContain('readingTime');
  });

  it('is used without a column that NocoDB refuses to add', async () => {
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ readingTime: undefined, currentPage: undefined }) }];
    refuseFields = ['readingTime'];
    const { table, done: said } = await prepare();
    expect(said).toEqual(['added the field currentPage']);
    expect(table.leftOut).toEqual(["the field readingTime can't be added and is left out (not this one)"]);
    expect(Object.keys(table.columns)).not.toContain('readingTime');
    refuseFields = ['readingTime', 'currentPage'];
    done = [];
    expect((await prepare()).table.leftOut).toHaveLength(2);
    expect(done.filter((one) => one.startsWith('sort'))).toEqual([]);
  });

  it('is not used where a failure came between', async () => {
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ readingTime: undefined }) }];
    const failing = {
      ...parts,
      addField: async () => ({ type: 'limited', message: 'slow' }),
    } as unknown as NocoClient;
    expect(await prepareTable(failing, 'emailAccess')).toEqual({ type: 'limited', message: 'slow' });
    failure = { type: 'denied', message: 'no' };
    expect(await prepareTable(client, 'emailAccess')).toEqual(failure);
    expect(await inspectTable(client, 'emailAccess')).toEqual(failure);
  });

  it('has no formula where its times are no times, and that is no problem', async () => {
    for (const title of ['sessionStartTime', 'sessionEndTime']) {
      const fields = fieldsWith({ [title]: { type: 'SingleLineText' }, durationMinutes: undefined });
      tables = [{ ...makeTable('emailAccess'), fields }];
      expect(await inspectTable(client, 'emailAccess')).toMatchObject({ value: { problems: [] } });
    }
    tables = [
      { ...makeTable('emailAccess'), fields: fieldsWith({ sessionEndTime: undefined, durationMinutes: undefined }) },
    ];
    expect(await inspectTable(client, 'emailAccess')).toMatchObject({
      value: { problems: ['the field sessionEndTime is missing', 'the field durationMinutes is missing'] },
    });
  });

  it('without a view is not sorted', async () => {
    tables = [{ ...makeTable('emailAccess'), views: [], fields: fieldsWith({ readingTime: undefined }) }];
    await prepare();
    expect(done).toEqual(['add readingTime to id-emailAccess']);
  });

  it('leaves a column out that can not hold its values, and says so', async () => {
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ readingTime: { type: 'DateTime' } }) }];
    const { table } = await prepare();
    expect(table.leftOut).toEqual([
      "the column readingTime is of type DateTime, which can't hold readingTime, so it is left out. Change its type to Duration in NocoDB, or rename it and run: nocodb setup",
    ]);
    expect(Object.keys(table.columns)).not.toContain('readingTime');
    expect(done).toEqual([]);
  });

  it('can not be used without its key', async () => {
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ sessionId: { type: 'Checkbox' } }) }];
    const prepared = await prepareTable(client, 'emailAccess');
    expect(prepared).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/sessionId.*Without it nothing can be written$/) as unknown,
    });
    tables = [{ ...makeTable('emailAccess'), fields: fieldsWith({ sessionId: undefined }) }];
    refuseFields = ['sessionId'];
    expect(await prepareTable(client, 'emailAccess')).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/^the field sessionId can't be added.*Without it nothing/) as unknown,
    });
  });
});

describe('a table that is known', () => {
  it('is found by its id and the ids of its columns, whatever they are called now', async () => {
    tables = [makeTable('emailAccess')];
    const { table: known } = await prepare();
    tables = [
      { ...makeTable('emailAccess'), title: 'readers', fields: fieldsWith({ currentPage: { title: 'Seite' } }) },
      { ...makeTable('emailAccess'), id: 'another' },
    ];
    const { table } = await prepare(known);
    expect([table.id, table.columns.currentPage]).toEqual([
      'id-emailAccess',
      { id: 'f-currentPage', title: 'Seite', type: 'SingleLineText' },
    ]);
    expect(done).toEqual([]);
  });

  it('that is gone is looked for by its title', async () => {
    tables = [makeTable('emailAccess')];
    const { table: known } = await prepare();
    tables = [{ ...makeTable('emailAccess'), id: 'another' }];
    expect((await prepare(known)).table.id).toBe('another');
    failure = { type: 'unavailable', message: 'down' };
    expect(await prepareTable(client, 'emailAccess', known)).toEqual(failure);
  });

  it('has a column that fits rather than the one that is known', async () => {
    tables = [makeTable('emailAccess')];
    const { table: known } = await prepare();
    const fields = fieldsWith({ currentPage: { title: 'old', type: 'Checkbox' } });
    tables = [{ ...makeTable('emailAccess'), fields: [...fields, { id: 'fits', title: 'currentPage', type: 'URL' }] }];
    expect((await prepare(known)).table.columns.currentPage?.id).toBe('fits');
    // Of two that fit, the one that is known.
    const both = fieldsWith({ currentPage: { title: 'old' } });
    tables = [{ ...makeTable('emailAccess'), fields: [{ id: 'fits', title: 'currentPage', type: 'URL' }, ...both] }];
    expect((await prepare(known)).table.columns.currentPage?.id).toBe('f-currentPage');
  });
});
