// Invariants of a session store (test/helpers/store-properties.ts) with SQLite.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../server/store/open-store.ts';
import { describeStoreProperties } from '../helpers/store-properties.ts';

describeStoreProperties('SQLite', async () =>
  openStore(`file:${join(await mkdtemp(join(tmpdir(), 'stillhere-properties-')), 'test.db')}`),
);
