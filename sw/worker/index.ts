// The door for a site's own service worker, `stillhere/sw`: re-exports, nothing else.
export { heartbeat } from './listeners.ts';
