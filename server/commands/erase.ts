// The commands `erase` and `erasures`.
import type { ErasureReceipt } from '../../sw/protocol/owner-api.ts';
import { readConfig } from '../config/config.ts';
import { findRowsIn } from '../nocodb/older-rows.ts';
import { eraseReader } from '../sessions/erase-reader.ts';
import type { OutstandingErasure } from '../store/erasures.ts';
import { withStore } from './existing-store.ts';
import { readAddress } from './read-address.ts';

/** @throws ConfigError if it is no address. */
export async function erase(given: string, { json }: { readonly json?: boolean }): Promise<void> {
  const email = readAddress(given);
  const { nocodb, storeFile } = readConfig(process.env);
  await withStore(async (store) => {
    const receipt = await eraseReader({ store, findOtherRows: nocodb && findRowsIn(nocodb, store) }, email, Date.now());
    if (json) return console.info(JSON.stringify(receipt, null, 2));
    const { sessions, spans, scrubbed, outstanding, otherRows } = receipt;
    const others = listOthers(receipt);
    console.info(
      sessions === 0 && others.length === 0
        ? 'Nothing was found of this address.'
        : `Erased ${sessions} sessions with ${spans} stretches of reading.`,
    );
    for (const other of others) console.info(other);
    if (!scrubbed)
      console.info(
        storeFile === undefined
          ? 'The database overwrites what was deleted when it next vacuums these tables.'
          : 'Something in the store is being read. Erase again later to overwrite what was deleted.',
      );
    printOutstanding(outstanding);
    if (otherRows === null) console.info('NocoDB could not be read: look there for rows that you have added yourself.');
    else if (otherRows && otherRows.length > 0)
      console.info(
        `These rows in NocoDB hold the address, and Stillhere didn't write them. Delete them there: ${otherRows.join(', ')}`,
      );
  });
}

/** What else has gone, a line each. */
function listOthers({ invitations, codes, refusals, blocked, excluded }: ErasureReceipt): readonly string[] {
  return [
    ...(invitations > 0 ? [`Deleted ${invitations} personal links for it.`] : []),
    ...(codes > 0 ? [`Deleted ${codes} codes for it.`] : []),
    ...(refusals > 0 ? [`Deleted ${refusals} refused tries with it.`] : []),
    ...(blocked ? ['Deleted that you have taken its access: the gate can let it in again.'] : []),
    ...(excluded ? ['Deleted that it is kept out of the totals.'] : []),
  ];
}

export async function listErasures({ json }: { readonly json?: boolean }): Promise<void> {
  await withStore(async (store) => {
    const outstanding = await store.erasures.listOutstanding();
    if (json) console.info(JSON.stringify({ outstanding }, null, 2));
    else if (outstanding.length === 0) console.info('Nothing is outstanding.');
    else printOutstanding(outstanding);
  });
}

function printOutstanding(outstanding: readonly OutstandingErasure[]): void {
  for (const { consumer, sessions } of outstanding)
    console.info(
      `Still to be deleted in ${consumer}: the copies of ${sessions} sessions. The server does it while it runs.`,
    );
}
