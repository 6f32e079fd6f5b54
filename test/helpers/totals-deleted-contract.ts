// The contract of a store's totals, when a session is deleted: nothing of it is left in any table.
import { describe, expect, it } from 'vitest';
import { COUNTED_TABLES, HOUR, useCountedStore } from './counted-store.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';

/** @param makePlace makes an empty place for a store. */
export function describeTotalsOfDeleted(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`a session that is deleted from the totals of the ${name} store`, () => {
    const counted = useCountedStore(makePlace);
    const { begin, read, count } = counted;

    const byOwner = async (id: string): Promise<void> => void (await counted.store.deleteSessions([id], NOW));
    const byHand = async (id: string): Promise<void> => {
      await counted.place.query(`DELETE FROM sessions WHERE id = '${id}'`);
      await counted.store.totals.counting.count([id]);
    };

    /** All rows that are counted, without the versions, which change with each count. */
    async function dump(): Promise<Readonly<Record<string, readonly unknown[]>>> {
      const dumped: Record<string, readonly unknown[]> = {};
      for (const table of COUNTED_TABLES) {
        const rows = await counted.place.query(`SELECT * FROM ${table}`);
        dumped[table] = rows.map((row) => JSON.stringify({ ...row, version: undefined })).toSorted();
      }
      return dumped;
    }

    it.for([
      ['of the same reader, by the owner', 'bob@example.com', byOwner],
      ['of the same reader, by hand', 'bob@example.com', byHand],
      ['of another reader, by the owner', 'ann@example.com', byOwner],
      ['of another reader, by hand', 'ann@example.com', byHand],
    ] as const)('%s, leaves every table as it was', async ([, email, remove]) => {
      await begin('bob');
      await read('bob', '/a/', 0, 30);
      await read('bob', '/b/', 1_000, 1_010);
      await count();
      const before = await dump();
      for (const table of COUNTED_TABLES) expect(before[table], table).not.toEqual([]);
      await begin('ann', email);
      await read('ann', '/a/', 600, 620);
      await read('ann', '/b/', 10_000, 10_030);
      await read('ann', '/c/', 20_000, 20_500);
      await begin('scanner', email, NOW + HOUR);
      await count();
      const after = await dump();
      for (const table of COUNTED_TABLES) expect(after[table], table).not.toEqual(before[table]);
      for (const id of ['ann', 'scanner']) await remove(id);
      expect(await dump()).toEqual(before);
    });

    it('before it was counted leaves the totals alone', async () => {
      await begin('bob');
      await read('bob', '/a/', 0, 30);
      await count();
      const before = await dump();
      for (const remove of [byOwner, byHand]) {
        await begin('ann');
        await remove('ann');
        expect(await dump()).toEqual(before);
      }
    });
  });
}
