// The public door of the page library: re-exports, nothing else. It does nothing by itself, in Node neither.
export type { HeartbeatOptions } from './options.ts';
export { deliverWaiting, startHeartbeat, type Heartbeat, type HeartbeatStatus } from './start.ts';
