// `npm run bench:nocodb`: what the mirror costs, against a real NocoDB on PostgreSQL. Prints a table.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openStore } from '../../server/store/open-store.ts';
import { NocoServer } from '../helpers/nocodb/nocodb-server.ts';
import { Postgres } from '../helpers/postgres.ts';
import { measureHanging } from './nocodb/hanging.ts';
import { simulateHour, simulateMonth } from './nocodb/simulated.ts';
import { measureThroughput } from './nocodb/throughput.ts';
import { printTable, type Row } from './table.ts';

const rows: Row[] = [];
console.info('Beats and memory with a NocoDB that hangs …');
rows.push(...(await measureHanging()));

const postgres = await Postgres.start();
try {
  const noco = await NocoServer.start(await postgres.createDatabase('nocodb'));
  try {
    const withStore = async (table: string, measure: typeof measureThroughput): Promise<Row> => {
      console.info(`${table} …`);
      const store: SessionStore = await openStore(
        `file:${join(await mkdtemp(join(tmpdir(), 'stillhere-bench-')), 'bench.db')}`,
      );
      const row = await measure({ ...noco.config, table }, store);
      await store.close();
      return row;
    };
    rows.push(await withStore('throughput', measureThroughput));
    rows.push(await withStore('an hour', simulateHour));
    rows.push(await withStore('a month', simulateMonth));
  } finally {
    await noco.remove();
  }
} finally {
  await postgres.remove();
}
printTable(rows);
