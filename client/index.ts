// The public door of the page library: re-exports, nothing else.
export { SessionHeartbeat } from './heartbeat-element.ts';
export type { HeartbeatOptions } from './options.ts';
export { deliverWaiting, startHeartbeat, type Heartbeat, type HeartbeatStatus } from './start-heartbeat.ts';
