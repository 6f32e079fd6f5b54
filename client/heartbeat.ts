// The handle of a running heartbeat, as the page's own code has it.
import type { DeliveryOutcome } from '../sw/protocol/messages.ts';

/** What the heartbeat can say of itself. */
export interface HeartbeatStatus {
  /** A span is open: the page is visible, the reader is not idle, and there is a session. */
  readonly isReading: boolean;
  /** The cookie names a session. */
  readonly hasSession: boolean;
  /** `none`: the page delivers by itself. */
  readonly worker: 'active' | 'none';
  /** `stored`: what was read up to the last tick is in the device's database. `memory`: it may be lost with the page. */
  readonly storage: 'stored' | 'memory';
  /** Why it is in memory only, mostly in the browser's words. */
  readonly storageTrouble?: string | undefined;
  /** What the last delivery came to. */
  readonly lastDelivery?: DeliveryOutcome | undefined;
}

export interface Heartbeat {
  /** Ends the open span and delivers it; resolves when that has been tried. */
  stop(): Promise<void>;
  /** Tries now to deliver all that waits on this device; resolves with what that came to, and never rejects. */
  deliver(): Promise<DeliveryOutcome | undefined>;
  status(): HeartbeatStatus;
}
