// The whole contract of a store, for each database.
import type { SessionStore } from '../../server/store/session-store.ts';
import { describeCodes } from './codes-contract.ts';
import { describeConsumers } from './consumers-contract.ts';
import { describeDays } from './days-contract.ts';
import { describeDeletions } from './deletions-contract.ts';
import { describeErasures } from './erasures-contract.ts';
import { describeFacts } from './facts-contract.ts';
import { describeInvitations } from './invitations-contract.ts';
import { describeOutbox } from './outbox-contract.ts';
import { describeRefusals } from './refusals-contract.ts';
import { describeSessionSearch } from './session-search-contract.ts';
import { describeShares } from './shares-contract.ts';
import { describeStore } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';
import { describeTotals } from './totals-contract.ts';
import { describeTotalsOfDeleted } from './totals-deleted-contract.ts';
import { describeTotalsOfMany } from './totals-of-many-contract.ts';

/**
 * @param makePlace makes an empty place for a store.
 * @param runs of the tests with random data.
 */
export function describeWholeContract(name: string, makePlace: () => Promise<StorePlace>, runs?: number): void {
  describeRecording(name, makePlace, runs);
  const place = async (): Promise<() => Promise<SessionStore>> => (await makePlace()).open;
  const open = async (): Promise<SessionStore> => (await makePlace()).open();
  describeInvitations(name, open);
  describeRefusals(name, open);
  describeCodes(name, place);
  describeShares(name, open);
  describeFacts(name, place);
  describeErasures(name, open);
  describeSessionSearch(name, open);
  describeTotals(name, makePlace);
  describeTotalsOfMany(name, makePlace);
  describeTotalsOfDeleted(name, makePlace);
  describeDays(name, makePlace);
}

/** What it says of recording, and of the outbox. */
export function describeRecording(name: string, makePlace: () => Promise<StorePlace>, runs?: number): void {
  describeStore(name, async () => (await makePlace()).open, runs);
  describeOutbox(name, makePlace);
  describeConsumers(name, makePlace);
  describeDeletions(name, makePlace);
}
