// What an erasure finds of an address that the store doesn't have.
import type { Erased } from '../../server/store/erasures.ts';

export const NOTHING_KEPT: Erased = {
  sessions: 0,
  spans: 0,
  invitations: 0,
  codes: 0,
  refusals: 0,
  isBlocked: false,
  isExcluded: false,
};
