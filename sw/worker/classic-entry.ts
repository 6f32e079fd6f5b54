// Entry of /stillhere-sw.js, which a site's classic worker imports: `importScripts('/stillhere-sw.js')`. Contains only
// the channel: the site decides when its worker activates and how it handles requests.
import { heartbeat } from './listeners.ts';

heartbeat();
