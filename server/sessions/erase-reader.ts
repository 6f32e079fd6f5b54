// Erases a reader: for the owner's API and the command.
import { setTimeout as delay } from 'node:timers/promises';
import type { ErasurePreview, ErasureReceipt } from '../../sw/protocol/owner-api.ts';
import type { Erased, Erasures } from '../store/erasures.ts';
import type { SessionStore } from '../store/session-store.ts';
import { iso } from './views.ts';

/** A read of a few milliseconds may be under way, or an export of minutes. */
const SCRUB_TRIES = 20;
const SCRUB_PAUSE_MS = 100;

export interface ErasureParts {
  readonly store: Pick<SessionStore, 'erasures' | 'totals'>;
  /**
   * Ids of the rows in NocoDB that hold the address, and that Stillhere didn't write; undefined without NocoDB.
   * Rejects if NocoDB can't be read.
   */
  readonly findOtherRows?: ((email: string) => Promise<readonly string[]>) | undefined;
}

export async function previewErasure({ store }: ErasureParts, email: string, nowMs: number): Promise<ErasurePreview> {
  const found = await store.erasures.preview(email, nowMs);
  return { reader: await store.totals.readerIdOf(email), ...viewErased(found) };
}

/** Erasing again changes nothing, and tells what is still to be done. */
export async function eraseReader(
  { store, findOtherRows }: ErasureParts,
  email: string,
  nowMs: number,
): Promise<ErasureReceipt> {
  const erased = await store.erasures.erase(email, nowMs);
  const isScrubbed = await scrub(store.erasures);
  const otherRows = await findOtherRows?.(email).catch(() => null);
  return {
    reader: await store.totals.readerIdOf(email),
    erasedAt: iso(nowMs),
    ...viewErased(erased),
    scrubbed: isScrubbed,
    outstanding: await store.erasures.listOutstanding(),
    ...(otherRows !== undefined && { otherRows }),
  };
}

function viewErased({ isBlocked, isExcluded, ...counts }: Erased): Omit<ErasurePreview, 'reader'> {
  return { ...counts, blocked: isBlocked, excluded: isExcluded };
}

/** Resolves with whether what was deleted is overwritten in the files of the store. */
export async function scrub(erasures: Erasures): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const isScrubbed = await erasures.scrub();
    if (isScrubbed !== false || tries === SCRUB_TRIES) return isScrubbed === true;
    await delay(SCRUB_PAUSE_MS);
  }
}
