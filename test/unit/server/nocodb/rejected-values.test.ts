// Values that NocoDB does not take are left out for a while, and a column that takes none altogether.
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { describeRejected, readRejectedColumns, RejectedValues } from '../../../../server/nocodb/rejected-values.ts';
import type { MirrorTable } from '../../../../server/nocodb/table.ts';
import type { Notes } from '../../../../server/store/notes.ts';
import type { Session } from '../../../../server/store/session.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const WAIT = 1_000;

const column = (name: string): { id: string; title: string; type: string } => ({
  id: `id of ${name}`,
  title: `title of ${name}`,
  type: 'LongText',
});
const table: MirrorTable = {
  id: 't',
  columns: {
    sessionId: column('sessionId'),
    emailOfAccessor: column('emailOfAccessor'),
    currentPage: column('currentPage'),
    readingTime: column('readingTime'),
  },
  leftOut: [],
};

let now: number;
let notes: Map<string, string>;
let lines: Record<string, unknown>[];
beforeEach(() => {
  now = NOW;
  notes = new Map();
  lines = [];
});

const kept: Notes = {
  read: async (name) => notes.get(name),
  write: async (name, text) => void notes.set(name, text),
};

async function open(): Promise<RejectedValues> {
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>);
  const values = new RejectedValues(
    kept,
    pino({ level: 'trace' }, { write }),
    (tries) => tries * WAIT,
    () => now,
  );
  await values.load();
  return values;
}

const session = (currentPage: string | null = '/a/', id = 's'): Session =>
  ({ id, email: 'ann@example.com', startMs: NOW, endMs: null, currentPage, readingMs: 5_000 }) as unknown as Session;

const names = (values: RejectedValues, one = session(), isAlone = false): string =>
  values.namesFor(one, table, isAlone).join(' ');
const ALL = 'sessionId emailOfAccessor currentPage readingTime';
const WITHOUT_PAGE = 'sessionId emailOfAccessor readingTime';

describe('a value that was refused', () => {
  it('is left out wherever it occurs, and no other one', async () => {
    const values = await open();
    await values.refuse(session(), ['currentPage'], table);
    expect(names(values)).toBe(WITHOUT_PAGE);
    expect(names(values, session('/a/', 'other'))).toBe(WITHOUT_PAGE);
    expect(names(values, session('/b/'))).toBe(ALL);
    expect(values.wereRefused(session(), ['currentPage'])).toBe(true);
    expect(values.wereRefused(session(), ['currentPage', 'readingTime'])).toBe(false);
    expect(values.wereRefused(session('/b/'), ['currentPage'])).toBe(false);
  });

  it('is tried again once its time has come, in a row that is written alone', async () => {
    const values = await open();
    await values.refuse(session(), ['currentPage'], table);
    now += WAIT - 1;
    expect(names(values, session(), true)).toBe(WITHOUT_PAGE);
    now += 1;
    expect([names(values, session(), true), names(values)]).toEqual([ALL, WITHOUT_PAGE]);
    await values.refuse(session(), ['currentPage'], table);
    now += 2 * WAIT - 1;
    expect(names(values, session(), true)).toBe(WITHOUT_PAGE);
    now += 1;
    expect(names(values, session(), true)).toBe(ALL);
  });

  it('says what a row lacks, and until when', async () => {
    const values = await open();
    await values.refuse(session(), ['currentPage'], table);
    now += 10;
    await values.refuse(session(), ['readingTime'], table);
    const without = ['sessionId', 'emailOfAccessor'] as const;
    expect(values.missingFor(session(), table, without)).toEqual({
      names: ['currentPage', 'readingTime'],
      untilMs: NOW + WAIT,
    });
    // Not in the past.
    now += 5 * WAIT;
    expect(values.missingFor(session(), table, without).untilMs).toBe(now);
    expect(values.missingFor(session(), table, table.columns.sessionId ? without : []).names).toHaveLength(2);
  });

  it('is sent again once it was accepted, or all is forgiven', async () => {
    const values = await open();
    await values.refuse(session(), ['currentPage'], table);
    expect(await values.accept(session(), ['currentPage'])).toBe(false);
    expect(names(values)).toBe(ALL);
    await values.refuse(session(), ['currentPage'], table);
    values.forgive();
    expect(names(values)).toBe(ALL);
  });

  it('is forgotten if there are more than a thousand after it', async () => {
    const values = await open();
    await values.refuse(session('/first/'), ['currentPage'], table);
    for (let nth = 0; nth < 999; nth++) {
      await values.refuse(session(`/${nth}/`), ['currentPage'], table);
      // An accepted value in between: the column is not the cause.
      await values.accept(session('/good/'), ['currentPage']);
    }
    expect(names(values, session('/first/'))).toBe(WITHOUT_PAGE);
    await values.refuse(session('/last/'), ['currentPage'], table);
    expect([
      names(values, session('/first/')),
      names(values, session('/0/')),
      names(values, session('/last/')),
    ]).toEqual([ALL, WITHOUT_PAGE, WITHOUT_PAGE]);
  });
});

describe('a column that refuses five different values in a row', () => {
  async function refuseFive(values: RejectedValues): Promise<void> {
    for (let nth = 0; nth < 5; nth++) await values.refuse(session(`/${nth}/`), ['currentPage'], table);
  }

  it('is left out for every value, which is logged and described', async () => {
    const values = await open();
    for (let nth = 0; nth < 4; nth++) await values.refuse(session(`/${nth}/`), ['currentPage'], table);
    // The same value again is no other one.
    await values.refuse(session('/0/'), ['currentPage'], table);
    expect([names(values, session('/new/')), lines]).toEqual([ALL, []]);
    await values.refuse(session('/4/'), ['currentPage'], table);
    expect(names(values, session('/new/'))).toBe(WITHOUT_PAGE);
    expect(values.missingFor(session(), table, ['sessionId', 'emailOfAccessor', 'readingTime']).names).toEqual([]);
    expect(lines).toMatchObject([
      { level: 50, column: 'title of currentPage', msg: 'NocoDB: a column accepts no value and is left out' },
    ]);
    expect(values.describe(table)).toEqual([
      'the column title of currentPage accepts no value of currentPage and is left out',
    ]);
  });

  it('is not the cause if one of its values was accepted in between', async () => {
    const values = await open();
    for (let nth = 0; nth < 9; nth++) {
      await values.refuse(session(`/${nth}/`), ['currentPage'], table);
      if (nth === 4) continue;
      if (nth % 4 === 3) await values.accept(session('/good/'), ['currentPage']);
    }
    expect([names(values, session('/new/')), lines]).toEqual([ALL, []]);
    // Nothing was accepted where there was no value.
    await values.accept(session(null), ['currentPage']);
    for (let nth = 10; nth < 14; nth++) await values.refuse(session(`/${nth}/`), ['currentPage'], table);
    expect(names(values, session('/new/'))).toBe(WITHOUT_PAGE);
  });

  it('stays left out after a restart', async () => {
    await refuseFive(await open());
    const values = await open();
    expect(names(values)).toBe(WITHOUT_PAGE);
    expect(values.describe(table)).toHaveLength(1);
    expect([...(await readRejectedColumns(kept))]).toEqual([['currentPage', { tries: 1, untilMs: NOW + WAIT }]]);
  });

  it('is tried again with one value when its time has come, and longer after it refused it', async () => {
    const values = await open();
    await refuseFive(values);
    expect(values.findProbe(session(), table)).toBeUndefined();
    now += WAIT;
    expect(values.findProbe(session(), table)).toBe('currentPage');
    expect(values.findProbe(session(null), table)).toBeUndefined();
    await values.refuse(session(), ['currentPage'], table);
    now += 2 * WAIT - 1;
    expect(values.findProbe(session(), table)).toBeUndefined();
    now += 1;
    expect(values.findProbe(session(), table)).toBe('currentPage');
  });

  it('is written again once it accepts a value, and all rows lack it', async () => {
    const values = await open();
    await refuseFive(values);
    expect(await values.accept(session(null), ['currentPage'])).toBe(false);
    expect(await values.accept(session(), ['currentPage', 'readingTime'])).toBe(true);
    expect(names(values)).toBe(ALL);
    // Those that were refused before it was left out, too.
    expect(names(values, session('/0/'))).toBe(ALL);
    expect(names(await open())).toBe(ALL);
  });

  it('is kept if it is the key: without it no row could be found again', async () => {
    const values = await open();
    for (let nth = 0; nth < 9; nth++) await values.refuse(session('/a/', `s${nth}`), ['sessionId'], table);
    expect(names(values, session('/a/', 'new'))).toBe(ALL);
    expect([lines, notes.size]).toEqual([[], 0]);
  });

  it('leaves the refused values of other columns as they are', async () => {
    const values = await open();
    await values.refuse(session(), ['readingTime'], table);
    await refuseFive(values);
    expect(names(values)).toBe('sessionId emailOfAccessor');
  });
});

describe('what is known of columns', () => {
  it('is nothing at first, or if the note is not understood', async () => {
    expect([...(await readRejectedColumns(kept))]).toEqual([]);
    notes.set('nocodb-columns', '{"currentPage":7}');
    expect([...(await readRejectedColumns(kept))]).toEqual([]);
  });

  it('is described for the columns that there are, in their order', () => {
    const refused = { tries: 1, untilMs: 0 };
    const columns = new Map([
      ['readingTime', refused],
      ['emailOfAccessor', refused],
      ['sessionEndTime', refused],
    ]);
    expect(describeRejected(columns, table)).toEqual([
      'the column title of emailOfAccessor accepts no value of emailOfAccessor and is left out',
      'the column title of readingTime accepts no value of readingTime and is left out',
    ]);
  });
});
