// The element in React with TypeScript: `stillhere/react` is `stillhere/element`, and tells JSX of it.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { SessionHeartbeat } from './heartbeat-element.ts';

export * from './heartbeat-element.ts';

/** The attributes of `<session-heartbeat>`. Times are in milliseconds. */
export interface SessionHeartbeatAttributes extends HTMLAttributes<SessionHeartbeat> {
  /** Between two beats to the server. @default 180000 */
  readonly interval?: number | undefined;
  /** Between two writes to the device's own database. @default 5000 */
  readonly tick?: number | undefined;
  /** Without any input for so long the reader counts as gone; 0 = never. @default 300000 */
  readonly 'idle-after'?: number | undefined;
  /** The path of the worker's script; `none`: the site registers one itself. @default '/sw.js' */
  readonly worker?: string | undefined;
  /** Prints to the console what is sent, stored, refused and kept. @default false */
  readonly debug?: boolean | undefined;
  /** The page is not counted: it delivers what waits. @default false */
  readonly 'deliver-only'?: boolean | undefined;
}

/** What JSX takes: the attributes, `key` and `ref`. */
export type SessionHeartbeatProps = DetailedHTMLProps<SessionHeartbeatAttributes, SessionHeartbeat>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'session-heartbeat': SessionHeartbeatProps;
    }
  }
}
