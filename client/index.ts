// The public door of the page library: re-exports, nothing else. It does nothing by itself, in Node neither.
export type { Heartbeat, HeartbeatStatus } from './heartbeat.ts';
export type { HeartbeatOptions } from './options.ts';
export { deliverWaiting, startHeartbeat } from './start.ts';
