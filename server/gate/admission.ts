// Whom the gate lets in: what its settings ask of readers. Pure.
import type { Access } from '../store/session-store.ts';
import { isAllowed } from './email-address.ts';

/**
 * `open`: whoever types an address is let in. `invited`: whoever has a personal link. `confirmed`: whoever enters a code that was mailed
 * to the address.
 */
export const GATE_MODES = ['open', 'invited', 'confirmed'] as const;
export type GateMode = (typeof GATE_MODES)[number];

export interface Admission {
  readonly mode: GateMode;
  /** Addresses and domains; empty: everyone. Those who were invited need not be in it. */
  readonly allow: readonly string[];
}

/** Whether a reader who was let in, maybe before the settings were changed, may go on. */
export function isStillAdmitted(
  { email, identity }: Pick<Access, 'email' | 'identity'>,
  { mode, allow }: Admission,
): boolean {
  if (identity === 'invited') return true;
  return (mode === 'open' || mode === identity) && isAllowed(email, allow);
}
