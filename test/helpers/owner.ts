// What tests of the owner's pages share.
import { makeOwnerKey } from '../../server/owner/owner-key.ts';
import { openStore } from '../../server/store/open-store.ts';
import { fillMonth } from '../demo/month.ts';
import type { StillhereServer } from './stillhere-server.ts';

/** What `stillhere owner-link` prints. */
export async function makeLink({ storeUrl, url }: StillhereServer): Promise<string> {
  const store = await openStore(storeUrl);
  const code = await makeOwnerKey(store.ownerKeys, 'code', Date.now());
  await store.close();
  return `${url}/owner#${code}`;
}

/** Puts a month of readers into the server's store, and counts them: the server's job hears only of what the server records. */
export async function addMonth({ storeUrl }: StillhereServer): Promise<void> {
  const store = await openStore(storeUrl);
  await fillMonth(store, Date.now());
  const { counting } = store.totals;
  for (let before: string | undefined, isFirst = true; isFirst || before !== undefined; isFirst = false) {
    const { ids, next } = await counting.compare(before);
    await counting.count(ids);
    before = next;
  }
  await store.close();
}
