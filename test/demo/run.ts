// `npm run demo`: the sample portfolio with a month of readers in its store, and a link to the owner's pages.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../server/commands/serve.ts';
import { openStore } from '../../server/store/open-store.ts';
import { fillMonth } from './month.ts';

const folder = await mkdtemp(join(tmpdir(), 'stillhere-demo-'));
process.on('exit', () => void rm(folder, { recursive: true }));
process.env['STORE_URL'] = `file:${join(folder, 'demo.db')}`;
process.env['LOG_LEVEL'] ??= 'warn';

const store = await openStore(process.env['STORE_URL']);
await fillMonth(store, Date.now());
await store.close();
await serve(undefined, {});
