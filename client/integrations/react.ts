// The element in React with TypeScript: `stillhere/react` is `stillhere/element` with types for JSX.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { SessionHeartbeat } from '../element.ts';
import type { HeartbeatOptions } from '../options.ts';

export * from '../element.ts';

/** The attributes of `<session-heartbeat>`: the options by their attribute names. */
export interface SessionHeartbeatAttributes
  extends HTMLAttributes<SessionHeartbeat>, Pick<HeartbeatOptions, 'interval' | 'tick' | 'worker' | 'debug'> {
  readonly 'idle-after'?: HeartbeatOptions['idleAfter'];
  /** `false`: beats don't slow down while there is no input. @default 'true' */
  readonly adaptive?: 'true' | 'false' | undefined;
  /** The page is not counted and only delivers the queue. @default false */
  readonly 'deliver-only'?: boolean | undefined;
}

/** The props in JSX: the attributes, `key` and `ref`. */
export type SessionHeartbeatProps = DetailedHTMLProps<SessionHeartbeatAttributes, SessionHeartbeat>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'session-heartbeat': SessionHeartbeatProps;
    }
  }
}
