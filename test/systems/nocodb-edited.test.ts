// The mirror against a real NocoDB whose rows, columns and table people edit: it mends what it needs, and keeps what is theirs.
import { describe, expect, it } from 'vitest';
import { resync } from '../../server/nocodb/commands.ts';
import { until } from '../helpers/until.ts';
import {
  catchUp,
  describeNocoDB,
  expectEqual,
  fieldId,
  HEALING_MS,
  makeSessions,
  mirror,
  noco,
  read,
  readTable,
  restartMirror,
  type Row,
  rows,
  store,
  tableId,
} from '../helpers/nocodb/mirrored-store.ts';

describeNocoDB(() => {
  describe('the mirror', () => {
    it('makes rows again that were deleted: at the next change of their sessions, by its check, by a resync', async () => {
      const deleteRows = async (from: number, to: number): Promise<void> => {
        const gone = (await rows()).slice(from, to).map(({ id }) => ({ id }));
        await noco.ask('DELETE', `/api/v3/data/{base}/${await tableId()}/records`, gone);
      };
      await makeSessions(25);
      await catchUp();
      await deleteRows(3, 7);
      for (let nth = 0; nth < 12; nth++) await read(`session_-${nth}`, 10);
      await catchUp();
      await expectEqual();
      await deleteRows(5, 9);
      await restartMirror();
      await until(async () => (await rows()).length === 25, HEALING_MS);
      await expectEqual();
      await deleteRows(1, 2);
      await resync(store, 0);
      await until(async () => (await rows()).length === 25, HEALING_MS);
      await expectEqual();
    });

    it("keeps what people wrote into other columns, and goes on under a column's new name, after a restart, too", async () => {
      await makeSessions(3);
      await catchUp();
      await noco.ask('PATCH', `/api/v3/meta/bases/{base}/fields/${await fieldId('sessionEndTime')}`, {
        title: 'Gelesen bis',
      });
      await noco.ask('POST', `/api/v3/meta/bases/{base}/tables/${await tableId()}/fields`, {
        title: 'Notes',
        type: 'LongText',
      });
      const [first] = await rows();
      await noco.ask('PATCH', `/api/v3/data/{base}/${await tableId()}/records`, [
        { id: first?.id, fields: { Notes: 'call her' } },
      ]);
      mirror.start();
      for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 10);
      await expectEqual({ sessionEndTime: 'Gelesen bis' });
      await restartMirror();
      for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 20);
      await expectEqual({ sessionEndTime: 'Gelesen bis' });
      expect((await rows()).filter(({ fields }) => fields['Notes'] === 'call her')).toHaveLength(1);
      expect(Object.keys((await rows())[0]?.fields ?? {})).not.toContain('sessionEndTime');
    });

    it('mends a column that was deleted', async () => {
      await makeSessions(3);
      await catchUp();
      for (let nth = 0; nth < 3; nth++) await read(`session_-${nth}`, 10);
      await catchUp();
      const shown = async (): Promise<unknown[]> => (await rows()).map(({ fields }) => fields['currentPage']);
      expect(await shown()).toEqual(['/a/', '/a/', '/a/']);
      await noco.ask('DELETE', `/api/v3/meta/bases/{base}/fields/${await fieldId('currentPage')}`);
      expect(await shown()).toEqual([undefined, undefined, undefined]);
      mirror.start();
      // One session changes; the others are written anew for the column's sake.
      await read('session_-0', 20);
      await until(async () => (await shown()).every((page) => page === '/a/'), HEALING_MS);
      await expectEqual();
    });

    it('has the newest session first in the default view, unless somebody sorts it otherwise', async () => {
      await makeSessions(3);
      await catchUp();
      const [view] = (await readTable()).views;
      const path = `/api/v3/data/{base}/${await tableId()}/records?viewId=${view?.id}`;
      const shown = ((await noco.ask('GET', path)) as { records: Row[] }).records;
      // They began within one second.
      const starts = shown.map(({ fields }) => String(fields['sessionStartTime']));
      expect(starts).toEqual(starts.toSorted().toReversed());
      const sorts = `/api/v3/meta/bases/{base}/views/${view?.id}/sorts`;
      expect(await noco.ask('GET', sorts)).toMatchObject({
        list: [{ field_id: await fieldId('sessionStartTime'), direction: 'desc' }],
      });
    });

    it('makes a table again that was deleted, with all sessions in it', async () => {
      await makeSessions(15);
      await catchUp();
      await noco.ask('DELETE', `/api/v3/meta/bases/{base}/tables/${await tableId()}`);
      mirror.start();
      await read('session_-0', 10);
      await until(async () => (await tableId()) !== '', HEALING_MS);
      await expectEqual();
    });
  });
});
