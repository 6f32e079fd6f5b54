// The `export` command: writes all sessions that a filter selects to the standard output.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ConfigError } from '../config/config.ts';
import { exportSessions } from '../sessions/export-sessions.ts';
import { readSessionFilter } from '../sessions/session-search.ts';
import { readOptions, withStore } from './existing-store.ts';
import type { FilterOptions } from './sessions.ts';

export async function writeExport({
  csv,
  ndjson,
  ...filter
}: FilterOptions & { readonly csv?: boolean; readonly ndjson?: boolean }): Promise<void> {
  if (Boolean(csv) === Boolean(ndjson)) throw new ConfigError('Choose one of --csv and --ndjson.');
  const filtered = readOptions(() => readSessionFilter({ ...filter }));
  await withStore(async (store) => {
    const parts = exportSessions(store, filtered, csv ? 'csv' : 'ndjson', Date.now());
    await pipeline(Readable.from(parts, { highWaterMark: 1 }), process.stdout, { end: false }).catch(
      (error: unknown) => {
        // Whoever reads has enough, like `head`.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
      },
    );
  });
}
