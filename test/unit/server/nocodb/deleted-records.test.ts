// Records that people have deleted are found by counting, and one by one only where the count differs.
import { beforeEach, expect, it } from 'vitest';
import type { NocoClient } from '../../../../server/nocodb/client.ts';
import { DeletedRecords } from '../../../../server/nocodb/deleted-records.ts';
import type { NocoFailure } from '../../../../server/nocodb/response.ts';
import type { MirrorTable } from '../../../../server/nocodb/table.ts';
import type { Outbox } from '../../../../server/store/outbox.ts';

const TABLE = { id: 't', columns: { sessionId: { id: 'key' } }, leftOut: [] } as unknown as MirrorTable;
const DOWN: NocoFailure = { type: 'unavailable', message: 'down' };

let shown: string[];
let asked: string[];
let failing: string | undefined;
beforeEach(() => {
  shown = ['1', '2', '3'];
  asked = [];
  failing = undefined;
});

function start(known: readonly string[] = ['1', '2', '3']): DeletedRecords {
  const answer = <T>(what: string, table: string, field: string, value: T) => {
    asked.push(`${what} ${table} ${field}`);
    return failing === what ? DOWN : { type: 'ok', value };
  };
  const client = {
    count: async (table: string, field: string) => answer('count', table, field, shown.length),
    listIds: async (table: string, field: string) => answer('list', table, field, shown),
  } as unknown as NocoClient;
  const outbox = {
    countRecords: async () => known.length,
    listRecords: async () => known.map((recordId) => ({ id: `session ${recordId}`, recordId })),
  } as unknown as Outbox;
  return new DeletedRecords(client, outbox);
}

it('one request is enough where nothing was deleted', async () => {
  expect(await start().find(TABLE)).toEqual({ type: 'ok', value: [] });
  expect(asked).toEqual(['count t key']);
});

it('what is gone is named', async () => {
  const records = start();
  shown = ['1', '3'];
  expect(await records.find(TABLE)).toEqual({ type: 'ok', value: ['session 2'] });
  expect(asked).toEqual(['count t key', 'list t key']);
  // It will be made again, so then there are as many as before.
  shown = ['1', '3', '4'];
  expect(await records.find(TABLE)).toEqual({ type: 'ok', value: [] });
  expect(asked).toHaveLength(3);
});

it('copies that a person made are looked at once, and what goes later is still found', async () => {
  const records = start();
  shown = ['1', '2', '3', 'copy', 'other copy'];
  for (let time = 0; time < 2; time++) expect(await records.find(TABLE)).toEqual({ type: 'ok', value: [] });
  expect([asked, records.surplus]).toEqual([['count t key', 'list t key', 'count t key'], 2]);
  shown = ['1', '3', 'copy', 'other copy'];
  expect(await records.find(TABLE)).toEqual({ type: 'ok', value: ['session 2'] });
  expect(records.surplus).toBe(2);
});

it.for(['count', 'list'])('a failure of the request to %s is handed on', async (what) => {
  shown = [];
  failing = what;
  expect(await start().find(TABLE)).toEqual(DOWN);
});
