// Entry of /stillhere-sw.js, which a site's own classic worker imports: `importScripts('/stillhere-sw.js')`. Nothing but the
// channel: when that worker takes over, and what it does with requests, is the site's.
import { heartbeat } from './listeners.ts';

heartbeat();
