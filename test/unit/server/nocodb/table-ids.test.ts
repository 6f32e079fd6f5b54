// Which table was written to last, and what follows when it is another one now.
import { beforeEach, describe, expect, it } from 'vitest';
import { readTableIds, writeTableIds } from '../../../../server/nocodb/table-ids.ts';
import type { MirrorTable } from '../../../../server/nocodb/table.ts';
import type { Notes } from '../../../../server/store/notes.ts';
import type { Outbox } from '../../../../server/store/outbox.ts';

let kept: Map<string, string>;
let done: unknown[][];
beforeEach(() => {
  kept = new Map();
  done = [];
});

const notes: Notes = {
  read: async (name) => kept.get(name),
  write: async (name, text) => void kept.set(name, text),
};
const RECORDS = [{ id: 'ann', recordId: '7' }];
const outbox = {
  listRecords: async () => RECORDS,
  forgetTold: async (which: unknown) => done.push(['forgetTold', which]),
  setRecords: async (records: unknown) => done.push(['setRecords', records]),
  deletions: { forgetRecords: async () => done.push(['forgetRecords']) },
} as unknown as Outbox;

const column = (id: string) => ({ id, title: `title of ${id}`, type: 'SingleLineText' });
const TABLE: MirrorTable = {
  id: 't',
  columns: { sessionId: column('key'), currentPage: column('page') },
  leftOut: ['something'],
};

describe('the table that was written to', () => {
  it('is known again under the title that was configured then, whatever its own title is', async () => {
    expect(await readTableIds(notes, 'emailAccess')).toBeUndefined();
    await writeTableIds(notes, outbox, TABLE, 'emailAccess');
    expect(await readTableIds(notes, 'emailAccess')).toMatchObject(TABLE);
    expect(await readTableIds(notes, 'another')).toBeUndefined();
    expect(done).toEqual([]);
  });

  it('is known from a time when its title was not kept', async () => {
    kept.set('nocodb-table', JSON.stringify(TABLE));
    expect(await readTableIds(notes, 'whatever')).toMatchObject(TABLE);
  });

  it('is known from a time when columns had one type each', async () => {
    kept.set(
      'nocodb-table',
      JSON.stringify({
        id: 't',
        ids: {
          sessionId: 'a',
          emailOfAccessor: 'b',
          sessionStartTime: 'c',
          sessionEndTime: 'd',
          currentPage: 'e',
          readingTime: 'f',
        },
        titles: { sessionId: 'Key' },
      }),
    );
    expect(await readTableIds(notes, 'whatever')).toEqual({
      id: 't',
      columns: {
        sessionId: { id: 'a', title: 'Key', type: 'SingleLineText' },
        emailOfAccessor: { id: 'b', title: 'emailOfAccessor', type: 'Email' },
        sessionStartTime: { id: 'c', title: 'sessionStartTime', type: 'DateTime' },
        sessionEndTime: { id: 'd', title: 'sessionEndTime', type: 'DateTime' },
        currentPage: { id: 'e', title: 'currentPage', type: 'SingleLineText' },
        readingTime: { id: 'f', title: 'readingTime', type: 'Duration' },
      },
      leftOut: [],
    });
  });

  it.for(['{}', '[]', 'null', '{"id":"t","columns":{}}', '{"id":"t","ids":{},"titles":{}}'])(
    'is unknown where the note is odd: %s',
    async (note) => {
      kept.set('nocodb-table', note);
      expect(await readTableIds(notes, 'whatever')).toBeUndefined();
    },
  );
});

describe('all sessions are written again', () => {
  beforeEach(() => writeTableIds(notes, outbox, TABLE, 'emailAccess'));

  it('not into the same table, also when a column was renamed or left out', async () => {
    const renamed = { ...TABLE, columns: { sessionId: { ...column('key'), title: 'renamed' } } };
    await writeTableIds(notes, outbox, renamed, 'emailAccess');
    expect(done).toEqual([]);
    expect((await readTableIds(notes, 'emailAccess'))?.columns.sessionId.title).toBe('renamed');
  });

  it('into another table, where nothing has a record yet', async () => {
    await writeTableIds(notes, outbox, { ...TABLE, id: 'other' }, 'emailAccess');
    expect(done).toEqual([['forgetTold', { fromMs: 0 }], ['forgetRecords'], ['setRecords', []]]);
  });

  it.for([
    { sessionId: column('key'), currentPage: column('made again') },
    { sessionId: column('made again'), currentPage: column('page') },
    { sessionId: column('key'), currentPage: column('page'), readingTime: column('left out before') },
  ])('into a column that is new, where records keep their ids: %j', async (columns) => {
    await writeTableIds(notes, outbox, { ...TABLE, columns }, 'emailAccess');
    expect(done).toEqual([
      ['forgetTold', { fromMs: 0 }],
      ['setRecords', RECORDS],
    ]);
  });
});
