// The handle of a running heartbeat, for the page's own code.
import type { DeliveryOutcome } from '../sw/protocol/messages.ts';

/** The state of the heartbeat. */
export interface HeartbeatStatus {
  /** A span is open: the page is visible, the reader is not idle, and there is a session. */
  readonly isReading: boolean;
  /** The cookie names a session. */
  readonly hasSession: boolean;
  /** `none`: the page delivers by itself. */
  readonly worker: 'active' | 'none';
  /** `stored`: everything up to the last tick is in the device's database. `memory`: it may be lost with the page. */
  readonly storage: 'stored' | 'memory';
  /** Why storing failed, usually in the browser's words. */
  readonly storageTrouble?: string | undefined;
  /** The outcome of the last delivery. */
  readonly lastDelivery?: DeliveryOutcome | undefined;
}

export interface Heartbeat {
  /** Ends the open span and tries to deliver it; resolves after the attempt. */
  stop(): Promise<void>;
  /** Tries to deliver the queue now. Resolves with the outcome; never rejects. */
  deliver(): Promise<DeliveryOutcome | undefined>;
  status(): HeartbeatStatus;
}
