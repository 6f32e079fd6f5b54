// The public entry for a site's own service worker, `stillhere/sw`: re-exports only.
export { heartbeat } from './listeners.ts';
