// The public entry of the page library: re-exports only. Importing it has no effects, so it also works in Node.
export type { Heartbeat, HeartbeatStatus } from './heartbeat.ts';
export type { HeartbeatOptions } from './options.ts';
export { deliverWaiting, startHeartbeat } from './start.ts';
